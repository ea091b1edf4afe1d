"""Banks that are down, slow or wrong: always one of our errors, never a wrong number, nothing sent twice."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from assistant.bank.model import Account, AccountKind
from assistant.bank.sca import Wish
from assistant.bank.wire import Patience, Wire
from assistant.bank.xs2a import Xs2aBank
from assistant.bank.xs2a_consents import create_consent
from assistant.errors import (
    AccessBlockedError,
    BankAnswerError,
    BankBusyError,
    BankError,
    BankFormatError,
    BankIdentityError,
    BankServerError,
    BankTimeoutError,
    BankUnreachableError,
    ConsentError,
    ConsentExpiredError,
    ConsentRevokedError,
    NotKnownError,
    WrongStateError,
)
from tests.bank.conftest import Hasty
from tests.bank.crooked import (
    Behaviour,
    CrookedBank,
    Line,
    Seen,
    answer,
    crooked_bank,
    head,
    refusal,
    self_signed,
)

ACCOUNT = Account("Crooked Bank", "1", AccountKind.CURRENT, "Everyday", "EUR")
SINCE, UNTIL = date(2026, 3, 1), date(2026, 3, 18)
PATIENT = Patience(connect=5, read=5, total=10, sleep=lambda _: None)
HURRIED = Patience(connect=5, read=0.2, total=0.5, sleep=lambda _: None)
EMPTY: dict[str, Any] = {"transactions": {"booked": []}}

MakeBank = Callable[..., Xs2aBank]


def read(bank: Xs2aBank) -> Any:
    return bank.transactions(ACCOUNT, SINCE, UNTIL)


def failure_of(
    bank_at: MakeBank, *behaviours: Behaviour, patience: Patience | None = None
) -> tuple[BankError, list[Seen]]:
    with crooked_bank(*behaviours) as crooked, pytest.raises(BankError) as error:
        read(bank_at(crooked, patience))
    assert error.value.bank == "Crooked Bank"
    return error.value, crooked.seen


@pytest.mark.parametrize(
    ("code", "status", "kind", "calls"),
    [
        ("FORMAT_ERROR", 400, BankFormatError, 1),
        ("CONSENT_EXPIRED", 401, ConsentExpiredError, 1),
        ("SERVICE_BLOCKED", 403, AccessBlockedError, 1),
        ("RESOURCE_UNKNOWN", 404, NotKnownError, 1),
        ("STATUS_INVALID", 409, WrongStateError, 1),
        ("ACCESS_EXCEEDED", 429, BankBusyError, 1),
        ("INTERNAL_SERVER_ERROR", 500, BankServerError, 1),
        ("SERVICE_UNAVAILABLE", 503, BankServerError, 3),
    ],
)
def test_refusals(bank_at: MakeBank, code: str, status: int, kind: type[BankError], calls: int) -> None:
    error, seen = failure_of(bank_at, refusal(code, status))
    assert type(error) is kind
    assert error.status == status
    assert error.request_id == seen[0].headers["x-request-id"]
    assert len(seen) == calls
    assert "IE29" not in str(error)


def test_problem_json_and_bodies_that_are_no_json(bank_at: MakeBank) -> None:
    problem = answer({"type": "https://bank.example/p", "code": "SERVICE_BLOCKED"}, 403)
    assert type(failure_of(bank_at, problem)[0]) is AccessBlockedError
    page = failure_of(bank_at, lambda line, _: line.text("<html>Bad gateway</html>", 502))
    assert type(page[0]) is BankServerError
    assert len(page[1]) == 3


@pytest.mark.parametrize(
    ("consent_status", "kind"),
    [
        ("revokedByPsu", ConsentRevokedError),
        ("terminatedByTpp", ConsentRevokedError),
        ("expired", ConsentExpiredError),
        ("valid", ConsentError),
        ("nonsense", ConsentError),
    ],
)
def test_an_invalid_consent_is_looked_up_at_the_bank(
    bank_at: MakeBank, consent_status: str, kind: type[BankError]
) -> None:
    error, seen = failure_of(
        bank_at, refusal("CONSENT_INVALID", 401), answer({"consentStatus": consent_status})
    )
    assert type(error) is kind
    assert seen[1].path == "/v1/consents/consent-1/status"


def test_a_consent_that_is_gone_from_its_store_is_not_asked_with() -> None:
    with crooked_bank(answer(EMPTY)) as crooked:
        bank = Xs2aBank(Wire("Crooked Bank", crooked.base_url, PATIENT), "", asked_by_customer=True)
        with pytest.raises(ConsentError):
            read(bank)
        assert crooked.seen == []


def half(line: Line, _seen: Seen) -> None:
    line.send(head(200, {"Content-Length": "5000"}) + b'{"transactions": {"booked": [')


def half_then_reset(line: Line, seen: Seen) -> None:
    half(line, seen)
    line.reset()


def half_then_end(line: Line, seen: Seen) -> None:
    half(line, seen)
    line.sock.shutdown(2)


def half_a_chunk(line: Line, _seen: Seen) -> None:
    line.send(head(200, {"Transfer-Encoding": "chunked"}) + b"ff\r\n" + b'{"transactions"')
    line.sock.shutdown(2)


def nothing(line: Line, _seen: Seen) -> None:
    line.sock.shutdown(2)


@pytest.mark.parametrize("broken", [half_then_reset, half_then_end, half_a_chunk, nothing])
def test_an_answer_that_breaks_off_is_asked_for_again(bank_at: MakeBank, broken: Behaviour) -> None:
    with crooked_bank(broken, answer(EMPTY)) as crooked:
        assert read(bank_at(crooked)) == []
        assert len(crooked.seen) == 2
        # To the bank both tries are one call.
        assert len({seen.headers["x-request-id"] for seen in crooked.seen}) == 1
    error, seen = failure_of(bank_at, broken)
    assert type(error) is BankUnreachableError
    assert len(seen) == 3


def test_a_bank_that_is_down(bank_at: MakeBank, free_tcp_port: int, hasty: Hasty) -> None:
    with pytest.raises(BankUnreachableError) as error:
        read(bank_at(CrookedBank(free_tcp_port)))
    assert len(hasty.slept) == 2
    assert isinstance(error.value.__cause__, ConnectionRefusedError)


def test_a_bank_that_does_not_answer(bank_at: MakeBank) -> None:
    released = threading.Event()

    def wait(_line: Line, _seen: Seen) -> None:
        released.wait(30)

    error, seen = failure_of(bank_at, wait, patience=HURRIED)
    released.set()
    assert type(error) is BankTimeoutError
    assert 1 <= len(seen) <= 3


def test_a_bank_that_sends_a_byte_at_a_time(bank_at: MakeBank) -> None:
    released = threading.Event()

    def drip(line: Line, _seen: Seen) -> None:
        line.send(head(200, {"Content-Length": "1000000"}))
        while not released.wait(0.05):
            line.send(b" ")

    error, seen = failure_of(bank_at, drip, patience=HURRIED)
    released.set()
    assert type(error) is BankTimeoutError
    assert len(seen) == 1


def test_an_endless_answer(bank_at: MakeBank) -> None:
    def gush(line: Line, _seen: Seen) -> None:
        line.send(head(200, {"Transfer-Encoding": "chunked"}))
        while True:
            line.send(b"10000\r\n" + b" " * 0x10000 + b"\r\n")

    error, seen = failure_of(bank_at, gush, patience=PATIENT)
    assert type(error) is BankAnswerError
    assert len(seen) == 1


def test_a_small_answer_that_unpacks_to_a_huge_one(bank_at: MakeBank) -> None:
    packed = gzip.compress(b" " * 100_000_000)

    def bomb(line: Line, _seen: Seen) -> None:
        line.send(head(200, {"Content-Encoding": "gzip", "Content-Length": str(len(packed))}) + packed)

    assert type(failure_of(bank_at, bomb)[0]) is BankAnswerError


def test_a_packed_answer_is_read_and_a_damaged_one_is_not(bank_at: MakeBank) -> None:
    packed = gzip.compress(json.dumps(EMPTY).encode())

    def send(content: bytes) -> Behaviour:
        headers = {"Content-Encoding": "gzip", "Content-Length": str(len(content))}
        return lambda line, _: line.send(head(200, headers) + content)

    with crooked_bank(send(packed)) as crooked:
        assert read(bank_at(crooked)) == []
    assert type(failure_of(bank_at, send(b"x" + packed[1:]))[0]) is BankAnswerError


def one_entry(day: str, amount: str, currency: str) -> str:
    """A report with one entry; every value is JSON."""
    money = f'{{"amount": {amount}, "currency": {currency}}}'
    return f'{{"transactions": {{"booked": [{{"bookingDate": {day}, "transactionAmount": {money}}}]}}}}'


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        '{"transactions": ',
        "[]",
        "7",
        "null",
        '"text"',
        "<html>Welcome</html>",
        one_entry('"2026-03-01"', 'NaN', '"EUR"'),
        "[" * 100_000,
        '{"a":' * 100_000,
        "\ufeff\ud7ff",
        '{"transactions": {"booked": {}}}',
        '{"transactions": {"booked": [7]}}',
        '{"transactions": {"booked": [{}]}}',
        one_entry('"2026-03-01"', '10.1', '"EUR"'),
        one_entry('"2026-03-01"', '"1,000"', '"EUR"'),
        one_entry('"2026-03-01"', '"1"', '"E"'),
        one_entry('20260301', '"1"', '"EUR"'),
        '{"transactions": {"booked": [], "_links": "next"}}',
        '{"transactions": {"booked": [], "_links": {"next": {"href": 7}}}}',
    ],
)  # fmt: skip
def test_answers_that_nobody_can_rely_on(bank_at: MakeBank, text: str) -> None:
    error, seen = failure_of(bank_at, lambda line, _: line.text(text))
    assert type(error) is BankAnswerError
    assert len(seen) == 1


def test_bytes_that_are_no_http(bank_at: MakeBank) -> None:
    error, seen = failure_of(bank_at, lambda line, _: line.send(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"))
    assert type(error) is BankAnswerError
    assert len(seen) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed_anywhere(bank_at: MakeBank, status: int) -> None:
    with crooked_bank(answer(EMPTY)) as elsewhere:
        for target in (elsewhere.base_url, "/v1/elsewhere"):
            error, seen = failure_of(bank_at, answer({}, status, {"Location": target}))
            assert type(error) is BankAnswerError
            assert len(seen) == 1
        assert elsewhere.seen == []


def test_half_of_the_content_is_no_answer(bank_at: MakeBank) -> None:
    assert type(failure_of(bank_at, answer(EMPTY, 206))[0]) is BankAnswerError


# --- pages -----------------------------------------------------------------------------------


def page(number: int, href: str | None) -> Behaviour:
    links = {"next": {"href": href}} if href else {}
    entry = {
        "transactionId": str(number),
        "bookingDate": f"2026-03-{number:02}",
        "transactionAmount": {"amount": "-1", "currency": "EUR"},
    }
    return answer({"transactions": {"booked": [entry], "_links": links}})


def test_pages_are_turned_to_the_last(bank_at: MakeBank) -> None:
    with crooked_bank(
        page(1, "/v1/accounts/1/transactions?pageIndex=1"),
        page(2, "accounts/1/transactions?pageIndex=2"),
        page(3, None),
    ) as crooked:
        assert [each.id for each in read(bank_at(crooked))] == ["1", "2", "3"]
        assert [seen.query.get("pageIndex") for seen in crooked.seen] == [None, "1", "2"]
        assert all(seen.headers["consent-id"] == "consent-1" for seen in crooked.seen)


def test_a_page_at_another_host_is_not_fetched(bank_at: MakeBank) -> None:
    with crooked_bank(page(2, None)) as elsewhere:
        error, _ = failure_of(bank_at, page(1, f"{elsewhere.base_url}/accounts/1/transactions"))
        assert type(error) is BankAnswerError
        assert elsewhere.seen == []


def test_pages_without_an_end(bank_at: MakeBank) -> None:
    error, seen = failure_of(bank_at, page(1, "/v1/accounts/1/transactions?pageIndex=1"))
    assert type(error) is BankAnswerError
    assert len(seen) == 2


def test_ever_new_pages_without_an_end(bank_at: MakeBank) -> None:
    def ever_new(line: Line, seen: Seen) -> None:
        number = int(seen.query.get("pageIndex", 0)) + 1
        page(1, f"/v1/accounts/1/transactions?pageIndex={number}")(line, seen)

    error, seen = failure_of(bank_at, ever_new)
    assert type(error) is BankAnswerError
    assert len(seen) == 200


def test_a_page_that_fails_spoils_the_whole(bank_at: MakeBank) -> None:
    error, _ = failure_of(bank_at, page(1, "/v1/accounts/1/transactions?pageIndex=1"), refusal("X", 500))
    assert type(error) is BankServerError


def test_entries_of_other_days_are_left_out(bank_at: MakeBank) -> None:
    with crooked_bank(page(1, "/v1/accounts/1/transactions?p=1"), page(25, None)) as crooked:
        assert [each.id for each in read(bank_at(crooked))] == ["1"]


def test_a_bank_that_knows_only_what_it_must(bank_at: MakeBank) -> None:
    """Neither pending entries nor the length of a page: then what is booked, and no third try."""
    with crooked_bank(refusal("PARAMETER_NOT_SUPPORTED", 400), answer(EMPTY)) as crooked:
        bank = bank_at(crooked)
        read(bank)
        read(bank)
        plain = {"bookingStatus": "booked", "dateFrom": "2026-03-01", "dateTo": "2026-03-18"}
        assert [seen.query for seen in crooked.seen[1:]] == [plain, plain]


# --- what is never sent twice ----------------------------------------------------------------


@pytest.mark.parametrize(
    "broken", [nothing, half_then_reset, refusal("SERVICE_UNAVAILABLE", 503, {"Retry-After": "0"})]
)
def test_a_consent_is_asked_for_once(broken: Behaviour, hasty: Hasty) -> None:
    with crooked_bank(broken) as crooked:
        wire = Wire("Crooked Bank", crooked.base_url, hasty.patience)
        with pytest.raises(BankError):
            create_consent(wire, "anna", Wish())
        assert len(crooked.seen) == 1
        assert hasty.slept == []


@pytest.mark.parametrize(
    ("retry_after", "slept"),
    [("1", [1.0]), ("0", [0.05]), ("Wed, 21 Oct 2015 07:28:00 GMT", [0.05]), ("soon", [0.05]), ("3600", [])],
)
def test_retry_after_is_honoured_within_reason(
    bank_at: MakeBank, hasty: Hasty, retry_after: str, slept: list[float]
) -> None:
    busy = refusal("SERVICE_UNAVAILABLE", 503, {"Retry-After": retry_after})
    with crooked_bank(busy, answer(EMPTY)) as crooked:
        if slept:
            assert read(bank_at(crooked)) == []
        else:
            with pytest.raises(BankServerError):
                read(bank_at(crooked))
        assert hasty.slept == slept


# --- who is asked ----------------------------------------------------------------------------


def test_a_certificate_that_nobody_vouches_for(hasty: Hasty, tmp_path: Path) -> None:
    with crooked_bank(answer(EMPTY), tls=self_signed(tmp_path)) as crooked:
        url = f"https://127.0.0.1:{crooked.port}/v1"
        bank = Xs2aBank(Wire("Crooked Bank", url, hasty.patience), "consent-1", asked_by_customer=True)
        with pytest.raises(BankIdentityError):
            read(bank)
        assert crooked.seen == []
    assert hasty.slept == []


def test_cookies_are_not_kept(bank_at: MakeBank) -> None:
    with crooked_bank(answer(EMPTY, 200, {"Set-Cookie": "who=anna; Path=/"})) as crooked:
        bank = bank_at(crooked)
        read(bank)
        read(bank)
        assert all("cookie" not in seen.headers for seen in crooked.seen)


def test_one_connection_serves_many_calls(bank_at: MakeBank) -> None:
    ports: set[int] = set()

    def note(line: Line, seen: Seen) -> None:
        ports.add(line.sock.getpeername()[1])
        line.json(EMPTY)

    with crooked_bank(note) as crooked:
        bank = bank_at(crooked)
        for _ in range(5):
            read(bank)
    assert len(ports) == 1
