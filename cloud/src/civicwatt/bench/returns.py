"""`civicwatt bench returns`: B8, all returns of a city filed at the deadline, a tenth of them sent again.

Clerks ask as fast as the server answers, each over a connection of its own, from one address: all at once are
harder than an hour of them. Every tenth filing is sent twice: half of those at the same time over two
connections, half after a connection was cut before its answer.
"""

import asyncio
import json
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from civicwatt.bench.figures import Figure, figure, progress

INSTITUTIONS, AT_ONCE = 13_000, 64
GOAL_S, GOAL_P99_S = 60.0, 1.0
SERVER_ERROR, TOO_MANY = 500, 429
SEED = 8


class Sent(NamedTuple):
    """One request: how it was answered, 0 where it was cut, and after how long."""

    status: int
    took_s: float


class Wish(NamedTuple):
    """A filing, and what happens to it on its way."""

    institution: int
    token: str
    how: str  # once | twice | cut


def run(institutions: int = INSTITUTIONS) -> dict[str, Figure]:
    """File them all, then count what is there."""
    with tempfile.TemporaryDirectory(prefix="civicwatt-bench-") as name:
        progress(f"returns: laying out {institutions} institutions")
        command = [sys.executable, "-m", "civicwatt.bench.returns_server", name, str(institutions)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdin is not None  # noqa: S101 - a pipe
            assert server.stdout is not None  # noqa: S101
            try:
                port = int(server.stdout.readline())
                tokens = json.loads((Path(name) / "tokens.json").read_text("utf-8"))
                progress(f"returns: {institutions} filings, a tenth sent again")
                began = time.perf_counter()
                sent = asyncio.run(_file_all(port, list(_wishes(tokens))))
                took_s = time.perf_counter() - began
                server.stdin.close()
                server.wait(60)
            finally:
                server.kill()
        return _judged(Path(name) / "civicwatt.sqlite", institutions, sent, took_s)


def _wishes(tokens: list[str]) -> Iterator[Wish]:
    dice = random.Random(SEED)  # noqa: S311 - no secret
    order = list(range(1, len(tokens) + 1))
    dice.shuffle(order)
    for place, institution in enumerate(order):
        how = "once" if place % 10 else ("twice", "cut")[place // 10 % 2]
        yield Wish(institution, tokens[institution - 1], how)


async def _file_all(port: int, wishes: list[Wish]) -> list[Sent]:
    waiting = iter(wishes)
    sent: list[Sent] = []

    async def clerk() -> None:
        async with _Line(port) as line:
            for wish in waiting:
                if wish.how == "cut":
                    sent.append(await _cut(port, wish))
                if wish.how == "twice":
                    async with _Line(port) as other:
                        sent.extend(await asyncio.gather(line.send(wish), other.send(wish)))
                else:
                    sent.append(await line.send(wish))

    await asyncio.gather(*(clerk() for _ in range(AT_ONCE)))
    return sent


async def _cut(port: int, wish: Wish) -> Sent:
    """Send it and hang up before the answer."""
    async with _Line(port) as line:
        await line.write(wish)
    return Sent(0, 0.0)


class _Line:
    """One connection, kept."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def __aenter__(self) -> "_Line":
        self._read, self._write = await asyncio.open_connection("127.0.0.1", self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._write.close()

    async def write(self, wish: Wish) -> None:
        """The request."""
        self._write.write(_request(wish))
        await self._write.drain()

    async def send(self, wish: Wish) -> Sent:
        """The request and its answer."""
        began = time.perf_counter()
        await self.write(wish)
        head = await self._read.readuntil(b"\r\n\r\n")
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:-2])
        await self._read.readexactly(int(fields[b"content-length"]))
        return Sent(int(head.split(b" ", 2)[1]), time.perf_counter() - began)


def _request(wish: Wish) -> bytes:
    n = wish.institution
    cells = {
        "electricity": f"{12_500 + n}",
        "electricity_cost": f"{8_750 + n}",
        "water": f"{950 + n}",
        "water_cost": f"{4_750 + 5 * n}",
        "natural_gas": f"{60 + n}",
        "natural_gas_cost": f"{(60 + n) * 4}",
        "gasoline_vehicle": "1200",
        "gasoline_vehicle_cost": "9600",
        "staff": "45",
        "vehicles": "3",
    }
    why = {code: {"reason": "other", "said": "已核实"} for code in (*cells, "people", "area")}
    body = json.dumps({"owner_id": n, "period": "2026", "cells": cells, "reasons": why}).encode()
    head = (
        f"PUT /api/v1/returns/filings/unit-{n:08} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Content-Type: application/json\r\nCookie: civicwatt={wish.token}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _judged(database: Path, institutions: int, sent: list[Sent], took_s: float) -> dict[str, Figure]:
    answered = sorted(one.took_s for one in sent if one.status)
    statuses = Counter(one.status for one in sent if one.status)
    p99_s = answered[len(answered) * 99 // 100]
    with closing(sqlite3.connect(database)) as base:
        (reports,) = base.execute("SELECT count(*) FROM return_report").fetchone()
        query = "SELECT count(*) FROM energy_return WHERE period = '2026' AND state = 'unit'"
        (filed,) = base.execute(query + " AND timeliness = 'on_time'").fetchone()
    failed = sum(count for status, count in statuses.items() if status >= SERVER_ERROR)
    exact = reports == filed == institutions and set(statuses) == {200}
    told: Figure = {
        "p99_s": round(p99_s, 3),
        "p99_goal_s": GOAL_P99_S,
        "median_s": round(answered[len(answered) // 2], 3),
        "requests": len(sent),
        "per_s": round(len(sent) / took_s),
        "statuses": {str(key): count for key, count in sorted(statuses.items())},
    }
    lost: Figure = {"lost": institutions - filed, "duplicated": reports - filed, "failed": failed}
    return {
        "B8": figure(took_s, "s", GOAL_S, also=exact and p99_s <= GOAL_P99_S, rows=filed, **told),
        "F32": figure(lost["lost"] + lost["duplicated"] + failed, "rows", 0, also=exact, seed=SEED, **lost),
    }
