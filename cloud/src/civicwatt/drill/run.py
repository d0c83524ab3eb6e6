"""Run drills side by side where they only wait, and say how far it is."""

import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from civicwatt.demo import broker
from civicwatt.drill.catalogue import DRILLS, Drill
from civicwatt.drill.row import Row, failed, skipped
from civicwatt.drill.stage import Stage
from civicwatt.errors import UnknownDrill

TELL_S = 20.0
SIDE_BY_SIDE = 5  # most of a drill is waiting
LIMIT = 6.0  # times its usual length: a drill that hangs ends as an error


def chosen(only: str, drills: Sequence[Drill] = DRILLS) -> list[Drill]:
    """The drills with these keys, all when none is named. Raises UnknownDrill."""
    wanted = [key.strip() for key in only.split(",") if key.strip()]
    known = {one.key.lower(): one for one in drills}
    if unknown := [key for key in wanted if key.lower() not in known]:
        raise UnknownDrill("--only", unknown=", ".join(unknown), known=", ".join(one.key for one in drills))
    return [known[key.lower()] for key in wanted] or list(drills)


async def drill(drills: list[Drill], *, seed: int, full: bool) -> dict[str, Row]:
    """Run them, the longest first; the rows come in the order given."""
    free = asyncio.Semaphore(SIDE_BY_SIDE)
    rows: dict[str, Row] = {}
    board = _Board(drills, full=full)
    with tempfile.TemporaryDirectory(prefix="civicwatt-drill-") as folder:

        async def one(each: Drill) -> None:
            async with free:
                began = board.begin(each)
                rows[each.key] = await _run(each, Stage(each.key, Path(folder) / each.key, seed, full))
                rows[each.key]["seconds"] = round(time.monotonic() - began, 1)
                board.done(each, rows[each.key])

        telling = asyncio.create_task(board.tell_now_and_then())
        longest_first = sorted(drills, key=board.usual_s, reverse=True)
        for each in longest_first:
            if full and each.alone:
                await one(each)
        await asyncio.gather(*(one(each) for each in longest_first if each.key not in rows))
        telling.cancel()
    return {each.key: rows[each.key] for each in drills}


async def _run(each: Drill, stage: Stage) -> Row:
    if broker.mosquitto() is None:
        return skipped(
            stage.seed, "没有 mosquitto，无真实代理可演练 · mosquitto is not installed: no real broker"
        )
    try:
        async with asyncio.timeout(LIMIT * (each.full_s if stage.full else each.quick_s) + 60):
            return await each.run(stage)
    except Exception as error:  # a row of its own, so that the others are still told
        return failed(stage.seed, error)


class _Board:
    """Progress on stderr, with the time that the rest may take."""

    def __init__(self, drills: list[Drill], *, full: bool) -> None:
        self._left = list(drills)
        self._began: dict[str, float] = {}
        self._count, self._full = len(drills), full

    def usual_s(self, each: Drill) -> float:
        return each.full_s if self._full else each.quick_s

    def begin(self, each: Drill) -> float:
        self._began[each.key] = time.monotonic()
        return self._began[each.key]

    def done(self, each: Drill, row: Row) -> None:
        self._left.remove(each)
        word = {True: "ok", False: "MISSED", None: "skipped"}[row["ok"]]
        self._say(f"{each.key} {each.zh} · {each.en}: {word}, {row['seconds']} s")

    async def tell_now_and_then(self) -> None:
        while True:
            await asyncio.sleep(TELL_S)
            self._say("running " + ", ".join(one.key for one in self._left if one.key in self._began))

    def _say(self, what: str) -> None:
        rest = [max(self.usual_s(one) - self._spent_s(one), 1.0) for one in self._left]
        rest_s = max(sum(rest) / SIDE_BY_SIDE, max(rest, default=0.0))
        sys.stderr.write(
            f"drill: {what} ({self._count - len(self._left)}/{self._count}, about {rest_s:.0f} s left)\n"
        )
        sys.stderr.flush()

    def _spent_s(self, each: Drill) -> float:
        began = self._began.get(each.key)
        return 0.0 if began is None else time.monotonic() - began
