"""A real PostgreSQL of the tests' own: in a folder of its own, on a unix socket, gone with the process."""

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping
from itertools import count
from pathlib import Path

from sqlalchemy import NullPool, create_engine, make_url

START_S = 60
ROLE = "tests"
# What makes tests fast and would lose data at a power cut.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "64MB"}
SETTINGS = FAST | {
    "listen_addresses": "",
    "max_connections": "80",
    "deadlock_timeout": "100ms",
    "max_wal_size": "256MB",
}


def programs() -> Path | None:
    """The folder of initdb and postgres, None where PostgreSQL is not installed."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    found = str(installed[-1]) if installed else shutil.which("initdb")
    return Path(found).resolve().parent if found else None


class PostgreSQL:
    """One server; databases are made from a template that has every migration already."""

    def __init__(self, folder: Path) -> None:
        self._programs = folder
        self._home = Path(tempfile.mkdtemp(prefix="cw-pg-"))  # short: a socket's path has 107 bytes
        self._user = _unprivileged()
        if self._user is not None:
            os.chown(self._home, self._user.pw_uid, self._user.pw_gid)
        self._numbers = count()
        self._server: subprocess.Popen[bytes] | None = None
        self._run("initdb", "-D", str(self._home / "data"), "-U", ROLE, "-A", "trust", "-E", "UTF8",
                  "--locale=C.UTF-8", "--no-sync", "--no-instructions")  # fmt: skip
        self.start()

    def start(self, **settings: str) -> None:
        """Start it and wait until it answers."""
        options = {**SETTINGS, **settings, "unix_socket_directories": str(self._home)}
        named = [f"--{name}={value}" for name, value in options.items()]
        with (self._home / "log").open("ab") as log:
            self._server = subprocess.Popen(
                [self._programs / "postgres", "-D", self._home / "data", *named],
                stdout=subprocess.DEVNULL,
                stderr=log,
                preexec_fn=_die_with_parent,  # noqa: PLW1509 - one call of libc, nothing that locks
                cwd=self._home,
                **self._as_user(),
            )
        deadline = time.monotonic() + START_S
        while subprocess.call([self._programs / "pg_isready", "-q", "-h", self._home], cwd=self._home):
            assert self._server.poll() is None, (self._home / "log").read_text()
            assert time.monotonic() < deadline, "PostgreSQL did not start"
            threading.Event().wait(0.02)

    def database(self, template: str = "template0") -> str:
        """A fresh database; its URL."""
        name = f"t{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def drop(self, url: str) -> None:
        """Delete a database, whoever is connected."""
        self.execute(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")

    def url(self, name: str, role: str = ROLE) -> str:
        """How a database is named to us."""
        return f"postgresql://{role}@/{name}?host={self._home}"

    def execute(self, statement: str) -> None:
        """Run a statement outside a transaction."""
        url = make_url(self.url("postgres")).set(drivername="postgresql+psycopg")
        engine = create_engine(url, poolclass=NullPool)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(statement)

    def stop(self, how: int = signal.SIGQUIT) -> None:
        """End it at once, as a crash does; SIGINT: in order."""
        if self._server is not None:
            self._server.send_signal(how)
            self._server.wait(START_S)
            self._server = None

    def remove(self) -> None:
        """End it and delete all it had."""
        self.stop()
        shutil.rmtree(self._home, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self._programs / program, *arguments],
            capture_output=True,
            text=True,
            check=False,
            cwd=self._home,
            **self._as_user(),
        )
        assert done.returncode == 0, done.stderr

    def _as_user(self) -> Mapping[str, int]:
        """PostgreSQL refuses to run as root."""
        return {} if self._user is None else {"user": self._user.pw_uid, "group": self._user.pw_gid}


def _unprivileged() -> pwd.struct_passwd | None:
    """Whom to run it as where the tests run as root."""
    if os.getuid() != 0:
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    return known.get("postgres") or known["nobody"]


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGQUIT)  # PR_SET_PDEATHSIG of linux/prctl.h
