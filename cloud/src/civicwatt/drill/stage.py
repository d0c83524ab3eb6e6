"""Where a drill plays: its folder, its dice, how much is asked of it."""

import asyncio
import json
import os
import sys
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from types import MappingProxyType
from typing import Any

from civicwatt.errors import PartDidNotStart


@dataclass(frozen=True)
class Stage:
    """One row's stage; the dice fall alike for the same seed and name."""

    name: str
    folder: Path
    seed: int
    full: bool

    @property
    def dice(self) -> Random:
        """Fresh dice, the same ones at each call."""
        return Random(self.seed * 1_000_003 + zlib.crc32(self.name.encode()))  # noqa: S311

    def count(self, quick: int, full: int) -> int:
        """How often, by what was asked for."""
        return full if self.full else quick

    async def work(
        self, module: str, *arguments: object, environment: Mapping[str, str] = MappingProxyType({})
    ) -> Any:
        """Run a module of the drills as a process of its own; what it prints is JSON or nothing."""
        command = [sys.executable, "-m", f"civicwatt.drill.{module}", *map(str, arguments)]
        process = await asyncio.create_subprocess_exec(
            *command,
            env={**os.environ, **environment},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            out, complaints = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode:
            raise RuntimeError(f"{module}: {complaints.decode()[-600:]}")
        return json.loads(out or b"null")


async def until(ready: Callable[[], bool], what: str, limit_s: float) -> float:
    """Wait for a condition and return the seconds it took. Raises PartDidNotStart at the limit."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    while not ready():
        if loop.time() - began > limit_s:
            raise PartDidNotStart(what, log=f"{limit_s:.0f} s")
        await asyncio.sleep(0.02)
    return loop.time() - began
