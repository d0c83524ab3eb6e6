"""A gateway that kills itself at a named instant: `python -m civicwatt.drill.victim POINT TIMES run …`.

The points are put around the gateway from outside, so that the gateway itself carries none of this: what
SQLite is told, what files are renamed and deleted, what is handed to the MQTT client, acks that are taken.
"""

import os
import signal
import sqlite3
import sys
from collections.abc import Callable
from typing import Any

import paho.mqtt.client

from civicwatt.drill import small
from civicwatt_edge.cli import app
from civicwatt_edge.storage.outbox import Outbox

STATEMENTS = {
    "before_insert": "INSERT INTO RECORD",
    "before_note_of_acks": "INSERT INTO ACKED",
    "before_rows_left_for_segments": "DELETE FROM RECORD",
    "before_commit": "COMMIT",
    "after_commit": "",  # the first statement behind a COMMIT
}
CALLS = {
    "publish": (paho.mqtt.client.Client, "publish"),
    "ack": (Outbox, "ack"),
    "rename": (os, "rename"),
    "sync": (os, "fsync"),
}
POINTS = {*STATEMENTS, *(f"{when}_{call}" for when in ("before", "after") for call in CALLS)}
NOWHERE = "nowhere"


class Countdown:
    """kill -9 of this very process at the n-th call."""

    def __init__(self, times: int) -> None:
        self._left = times

    def __call__(self) -> None:
        """Count; the last one does not return."""
        self._left -= 1
        if self._left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)


def watch_statements(point: str, die: Callable[[], None]) -> None:
    """Have every SQLite connection of this process say its statements before it runs them."""
    connect = sqlite3.connect
    wanted = STATEMENTS[point]
    last = ""

    def hear(statement: str) -> None:
        nonlocal last
        statement = statement[:40].upper()
        if statement.startswith(wanted) if wanted else last == "COMMIT":
            die()
        last = statement

    def watched(*arguments: Any, **named: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*arguments, **named)
        connection.set_trace_callback(hear)
        return connection

    sqlite3.connect = watched  # type: ignore[assignment]


def wrap(owner: Any, method: str, die: Callable[[], None], *, before: bool) -> None:
    """Die before or after a call."""
    real = getattr(owner, method)

    def wrapped(*arguments: Any, **named: Any) -> Any:
        if before:
            die()
        result = real(*arguments, **named)
        if not before:
            die()
        return result

    setattr(owner, method, wrapped)


def arm(point: str, times: int) -> None:
    """Prepare the end."""
    die = Countdown(times)
    if point in STATEMENTS:
        watch_statements(point, die)
    elif point != NOWHERE:
        when, call = point.split("_")
        wrap(*CALLS[call], die, before=when == "before")


if __name__ == "__main__":
    small.segments()
    arm(sys.argv[1], int(sys.argv[2]))
    del sys.argv[1:3]
    app()
