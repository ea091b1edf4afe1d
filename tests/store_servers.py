"""Real servers for conversations: Redis and PostgreSQL of a test's own, on unix sockets, with a password."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2
import redis

PASSWORD = "planted-store-password"
_PATIENCE = 30.0


class StoreServer(ABC):
    url: str

    @abstractmethod
    def stop(self) -> None:
        """Answer nobody any more; what was kept stays."""

    @abstractmethod
    def go_on(self) -> None: ...

    @abstractmethod
    def everything(self) -> bytes:
        """All that is kept there, names included."""


class RedisServer(StoreServer):
    def __init__(self, folder: Path) -> None:
        socket = folder / "redis.sock"
        self.url = f"unix://:{PASSWORD}@{socket}?db=0"
        options = ["--port", "0", "--unixsocket", str(socket), "--save", "", "--requirepass", PASSWORD]
        self._client = redis.Redis(unix_socket_path=str(socket), password=PASSWORD)
        self.process = subprocess.Popen(["redis-server", *options], cwd=folder, stdout=subprocess.DEVNULL)
        _wait_for(self._client.ping, redis.RedisError)

    def stop(self) -> None:
        """As a server does whose machine is too busy: connections stay open."""
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def everything(self) -> bytes:
        content = b""
        for name in self._client.scan_iter():
            content += name + b"\n"
            if self._client.type(name) == b"hash":
                content += b"\n".join(each for pair in self._client.hgetall(name).items() for each in pair)
        return content

    def close(self) -> None:
        self._client.close()
        self.process.kill()
        self.process.wait()


class PostgresServer(StoreServer):
    def __init__(self, folder: Path, programs: Path) -> None:
        self._folder = folder
        self._programs = programs
        self._data = folder / "data"
        self.url = f"postgresql://assistant:{PASSWORD}@/postgres?host={folder}"
        # PostgreSQL refuses to run as root; Debian's package brings a user for it.
        self._user: dict[str, object] = {}
        if os.geteuid() == 0:
            users = {each.pw_name: each for each in pwd.getpwall()}
            user = users.get("postgres") or users["nobody"]
            os.chown(folder, user.pw_uid, user.pw_gid)
            self._user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        secret = folder / "password"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        self._run("initdb", "-U", "assistant", "--auth=scram-sha-256", f"--pwfile={secret}", "--no-sync")
        self.go_on()

    def stop(self) -> None:
        """As a server does that is restarted: connections break."""
        self._run("pg_ctl", "stop", "-m", "immediate")

    def go_on(self) -> None:
        options = f"-c listen_addresses='' -c fsync=off -k {self._folder}"
        self._run("pg_ctl", "start", "-w", "-l", str(self._folder / "log"), "-o", options)

    def everything(self) -> bytes:
        connection = psycopg2.connect(self.url)
        with connection, connection.cursor() as cursor:
            cursor.execute("SELECT name, version, sealed FROM assistant_conversations")
            content = b"".join(f"{name} {version}\n".encode() + bytes(row) for name, version, row in cursor)
        connection.close()
        return content

    def close(self) -> None:
        self.stop()

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), "-D", str(self._data), *arguments]
        subprocess.run(  # type: ignore[call-overload]
            command, cwd=self._folder, check=True, stdout=subprocess.DEVNULL, **self._user
        )


@contextmanager
def running(kind: str) -> Iterator[StoreServer]:
    """`redis` or `postgres`."""
    # Outside of pytest's folders, which no other user may enter; a socket's path must be short besides.
    folder = Path(tempfile.mkdtemp(prefix="store-", dir="/tmp"))
    server = RedisServer(folder) if kind == "redis" else PostgresServer(folder, postgres_programs() or folder)
    try:
        yield server
    finally:
        server.close()
        shutil.rmtree(folder, ignore_errors=True)


def missing(kind: str) -> str:
    """Why there cannot be such a server here; empty when there can."""
    if kind == "redis":
        return "" if shutil.which("redis-server") else "no redis-server: apt-get install redis-server"
    return "" if postgres_programs() else "no PostgreSQL server: apt-get install postgresql"


def postgres_programs() -> Path | None:
    """Debian keeps them outside of PATH."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((each for each in folders if (each / "initdb").exists() and (each / "pg_ctl").exists()), None)


def _wait_for(ready: Callable[[], object], error: type[Exception]) -> None:
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            ready()
            return
        except error:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
