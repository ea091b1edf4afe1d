"""The server as a process: start, port, restart, reset, end."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import pytest

from assistant.errors import BankUnreachableError, PortInUseError
from assistant.sandbox.process import running_bank
from assistant.sandbox.server import DEFAULT_PORT, bind
from tests.sandbox.caller import Caller
from tests.sandbox.conftest import TODAY

REPOSITORY = Path(__file__).resolve().parents[2]
SECONDS = 20


def booked(bank: Caller, consent: str) -> list[str]:
    account = bank.account(consent, "Everyday account")
    body = bank.read(
        account["_links"]["transactions"]["href"], consent,
        bookingStatus="booked", dateFrom="2025-09-01", itemsPerPage="500",
    )  # fmt: skip
    return [entry["transactionId"] for entry in body["transactions"]["booked"]]


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "assistant.sandbox", *arguments],
        cwd=REPOSITORY, env={**os.environ, **environment}, capture_output=True, text=True, timeout=SECONDS,
    )  # fmt: skip


def test_consents_and_ledger_survive_a_restart(tmp_path: Path) -> None:
    database = tmp_path / "deep" / "bank.sqlite"
    with running_bank(database, today=TODAY) as first:
        consent = Caller(first.meadow).consent()
        before = booked(Caller(first.meadow), consent)
    assert [file.name for file in database.parent.iterdir()] == ["bank.sqlite"], "one file to copy or delete"
    with running_bank(database, today=TODAY) as second:
        assert booked(Caller(second.meadow), consent) == before


_ENDED_WHILE_IT_STARTS = """
import logging, os, sys
from pathlib import Path
from sanic.log import logger
from assistant.sandbox.server import serve

def end(record):  # Sanic says this between the two runs of its loop
    if "Starting worker" in record.getMessage():
        os.kill(os.getpid(), int(sys.argv[2]))
    return False

logger.setLevel(logging.INFO)
logger.addFilter(end)
serve(Path(sys.argv[1]), port=0, announce=lambda text: None)
print("ended")
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_is_not_lost_where_the_server_answers_and_still_starts(
    tmp_path: Path, number: signal.Signals
) -> None:
    command = [sys.executable, "-c", _ENDED_WHILE_IT_STARTS, str(tmp_path / "bank.sqlite"), str(int(number))]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=SECONDS)
    assert (done.returncode, done.stdout) == (0, "ended\n"), done.stderr


def test_an_authorisation_can_be_finished_after_a_crash(tmp_path: Path) -> None:
    database = tmp_path / "bank.sqlite"
    command = [
        sys.executable,
        "-m",
        "assistant.sandbox",
        "--database",
        str(database),
        "--port",
        "0",
        "--supervised",
    ]
    child = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY
    )
    assert child.stdin and child.stdout
    with child:
        port = json.loads(child.stdout.readline())["port"]
        bank = Caller(f"http://127.0.0.1:{port}/harbour/v1")
        created = bank.ask_consent().json()
        link = created["_links"]["updatePsuAuthentication"]["href"]
        step = bank.call("PUT", link, body={"psuData": {"password": "sunflower"}}).json()
        child.kill()
    with running_bank(database) as again:
        bank = Caller(again.harbour)
        path = step["_links"]["authoriseTransaction"]["href"].split("/harbour/v1")[1]
        answer = bank.call("PUT", path, body={"scaAuthenticationData": bank.code(path)})
        assert answer.json()["scaStatus"] == "finalised"
        assert bank.status(created["consentId"]) == "valid"


def test_a_later_day_lengthens_the_ledger_and_keeps_consents(tmp_path: Path) -> None:
    database = tmp_path / "bank.sqlite"
    with running_bank(database, today=TODAY) as first:
        consent = Caller(first.meadow).consent()
        before = booked(Caller(first.meadow), consent)
    with running_bank(database, today=TODAY + timedelta(days=21)) as later:
        after = booked(Caller(later.meadow), consent)
    assert set(before) < set(after)
    assert after[0][:8] > f"{TODAY + timedelta(days=14):%Y%m%d}"


def test_reset_starts_over(tmp_path: Path) -> None:
    database = tmp_path / "bank.sqlite"
    with running_bank(database, today=TODAY, seed=7) as first:
        consent = Caller(first.meadow).consent()
        before = booked(Caller(first.meadow), consent)
    with running_bank(database, today=TODAY, seed=8, reset=True) as second:
        bank = Caller(second.meadow)
        refused = bank.read("/accounts", consent, status=403)
        assert refused["tppMessages"][0]["code"] == "CONSENT_UNKNOWN"
        assert booked(bank, bank.consent()) != before


def test_another_seed_for_the_same_database_is_refused(tmp_path: Path) -> None:
    database = tmp_path / "bank.sqlite"
    with running_bank(database, today=TODAY, seed=7):
        pass
    with pytest.raises(BankUnreachableError, match="seed 7"), running_bank(database, today=TODAY, seed=8):
        pass


def test_today_comes_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_TODAY", "2025-11-05")
    with running_bank(tmp_path / "bank.sqlite") as bank:
        assert Caller(bank.meadow).practice("GET", "banks")["today"] == "2025-11-05"


def test_a_named_port_that_is_taken_is_said(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortInUseError):
            bind("127.0.0.1", port)
        ended = run("--port", str(port), "--database", str(tmp_path / "bank.sqlite"))
    assert ended.returncode == PortInUseError.exit_status
    assert PortInUseError.code in ended.stderr and PortInUseError.remedy in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_usual_port_gives_way_to_a_free_one() -> None:
    with bind("127.0.0.1", None) as first, bind("127.0.0.1", None) as second:
        ports = {first.getsockname()[1], second.getsockname()[1]}
        assert len(ports) == 2
        assert all(held.getsockname()[0] == "127.0.0.1" for held in (first, second))
        with bind("127.0.0.1", 0) as third:
            assert third.getsockname()[1] not in {*ports, DEFAULT_PORT}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--quirk", "meadow:nonsense"], "positiveDebits"),
        (["--quirk", "nowhere:positiveDebits"], "meadow"),
        (["--database", "."], "--reset"),
    ],
)
def test_a_wrong_start_says_what_to_do(arguments: list[str], said: str) -> None:
    ended = run("--port", "0", *arguments)
    assert ended.returncode != 0
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_wrong_date_in_the_environment_is_said(tmp_path: Path) -> None:
    ended = run("--database", str(tmp_path / "bank.sqlite"), ASSISTANT_TODAY="someday")
    assert ended.returncode == 2 and "ASSISTANT_TODAY" in ended.stderr


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    database = tmp_path / "letters.txt"
    database.write_text("dear bank, " * 500)
    ended = run("--port", "0", "--database", str(database))
    assert ended.returncode != 0 and "storage" in ended.stderr
    assert database.read_text().startswith("dear bank")


def test_help_teaches() -> None:
    shown = run("--help")
    assert shown.returncode == 0
    assert all(option in shown.stdout for option in ("--port", "--reset", "--today", "positiveDebits"))


def test_the_server_needs_no_rasa_and_no_tensorflow() -> None:
    heavy = "{'rasa', 'tensorflow', 'numpy'}"
    code = f"import sys, assistant.sandbox.__main__; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, timeout=SECONDS
    )
    assert done.stdout.strip() == "[]", done.stderr


def test_the_server_stops_on_a_signal(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "assistant.sandbox",
        "--database",
        str(tmp_path / "b.sqlite"),
        "--port",
        "0",
    ]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=REPOSITORY
    ) as child:
        assert child.stdout and child.stderr
        assert child.stdout.readline().startswith("Meadow Bank: http://127.0.0.1:")
        time.sleep(0.3)
        child.send_signal(signal.SIGINT)
        assert child.wait(SECONDS) == 0
        assert "Traceback" not in child.stderr.read()


def test_the_server_dies_with_its_parent(tmp_path: Path) -> None:
    """The parent is killed while its server runs, so it has no chance to stop it."""
    code = (
        "import sys, time, pathlib\n"
        "from assistant.sandbox.process import running_bank\n"
        f"with running_bank(pathlib.Path({str(tmp_path / 'bank.sqlite')!r})) as bank:\n"
        "    print(bank.base_url, flush=True)\n"
        "    time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=REPOSITORY
    ) as parent:
        assert parent.stdout
        port = int(parent.stdout.readline().rsplit(":", 1)[1])
        socket.create_connection(("127.0.0.1", port)).close()
        parent.kill()
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            return
        time.sleep(0.05)
    pytest.fail("the server is still there")


def test_a_server_that_runs_over_midnight_goes_on(tmp_path: Path) -> None:
    """The clock is asked at every read, so the ledger grows while the server runs."""
    from assistant.sandbox.catalogue import MEADOW
    from assistant.sandbox.clock import Clock
    from assistant.sandbox.ledger import Ledger
    from assistant.sandbox.schema import open_database

    class Watch(Clock):
        day = TODAY

        def today(self) -> date:
            return self.day

    engine, watch = open_database(tmp_path / "bank.sqlite"), Watch()
    ledger = Ledger(engine, watch)
    account = ledger.accounts(MEADOW)[0]
    before = ledger.booked(account, "2026-03-01", "2026-12-31", limit=500, offset=0).total
    watch.day = TODAY + timedelta(days=14)
    assert ledger.booked(account, "2026-03-01", "2026-12-31", limit=500, offset=0).total > before
    engine.dispose()


def own_address() -> str:
    """An address of this machine that is not loopback. Nothing is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            pytest.skip("this machine has no address but loopback")
        address: str = probe.getsockname()[0]
        return address


def test_only_loopback_is_listened_on(tmp_path: Path) -> None:
    with running_bank(tmp_path / "bank.sqlite") as bank, pytest.raises(OSError):
        socket.create_connection((own_address(), int(bank.base_url.rsplit(":", 1)[1])), 5)


def test_codes_and_faults_are_for_callers_on_the_same_machine(tmp_path: Path) -> None:
    address = own_address()
    command = [sys.executable, "-m", "assistant.sandbox", "--supervised", "--host", "0.0.0.0", "--port", "0"]
    command += ["--database", str(tmp_path / "bank.sqlite")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY
    ) as child:
        assert child.stdin and child.stdout
        port = json.loads(child.stdout.readline())["port"]
        outside, inside = (Caller(f"http://{host}:{port}/meadow/v1") for host in (address, "127.0.0.1"))
        for name in ("banks", "otp", "approvals", "faults", "quirks"):
            refused = outside.practice("GET", name, 403)
            assert refused["tppMessages"][0]["code"] == "SERVICE_BLOCKED"
            inside.practice("GET", name)
        outside.practice("POST", "faults", 403, kind="reset")
        assert outside.ask_consent().status_code == 201
        child.stdin.close()
        assert child.wait(SECONDS) == 0
