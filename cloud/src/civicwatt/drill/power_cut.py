"""F04: the power goes at any instant; what was not synced may be lost, what was accepted may not."""

import asyncio
import os
import shutil
import subprocess
import sys
from pathlib import Path

from civicwatt.drill.row import Row, Verdict, row, skipped
from civicwatt.drill.stage import Stage

GROUPS = 400  # transactions: enough for several checkpoints
WORKERS = 2


async def run(stage: Stage) -> Row:
    """Record a real run's writes and syncs, then cut the power at random points of the record."""
    compiler = shutil.which("cc")
    if compiler is None or sys.platform != "linux":
        return skipped(
            stage.seed, "没有 C 编译器，无法记录写入与同步 · no C compiler (cc) to record writes with"
        )
    stage.folder.mkdir(parents=True)
    root = stage.folder / "disk"
    root.mkdir()
    log = stage.folder / "calls"
    recorder = await asyncio.to_thread(_compile, compiler, "recorder", stage.folder)
    recorded = {"LD_PRELOAD": str(recorder), "RECORD_ROOT": str(root), "RECORD_LOG": str(log)}
    writer = [sys.executable, "-m", "civicwatt.drill.power_writer", str(root), str(GROUPS), str(stage.seed)]
    process = await asyncio.create_subprocess_exec(
        *writer, env=os.environ | recorded, stderr=asyncio.subprocess.PIPE
    )
    _, complaints = await process.communicate()
    if process.returncode:
        raise RuntimeError(complaints.decode()[-600:])
    points = stage.count(40, 2_000)
    shares = [points // WORKERS + (n < points % WORKERS) for n in range(WORKERS)]
    ends = await asyncio.gather(
        *(stage.work("power_replay", log, root, n, stage.seed + i) for i, n in enumerate(shares))
    )
    total = {key: sum(one[key] for one in ends) for key in ends[0]}
    return row(
        Verdict(lost=total["lost"], wrong=total["wrong"], records=total["said_and_found"]),
        points,
        stage.seed,
        {"something had been accepted": total["said_and_found"] > 0},
        recorded_calls=ends[0]["calls"],
    )


def _compile(compiler: str, name: str, folder: Path) -> Path:
    """Build one of this folder's small C files as a library to preload."""
    library = folder / f"{name}.so"
    source = Path(__file__).with_name(f"{name}.c")
    command = [compiler, "-shared", "-fPIC", "-O2", "-o", str(library), str(source), "-ldl", "-lpthread"]
    subprocess.run(command, check=True, capture_output=True)
    return library
