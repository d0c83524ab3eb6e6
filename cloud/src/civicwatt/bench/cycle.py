"""B2: one cycle over many TCP devices, ours beside that of a C client on the same meters in the same run."""

import resource
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

from civicwatt.bench import fleet
from civicwatt.bench.figures import Figure, figure, progress
from civicwatt.demo.processes import Process, free_port, listening, wait_until

GOAL = 1.4
ANSWER_MS = 20
FUNCTION = 4
FILES = 8192
WARM = 2  # cycles that are not counted


def measure(folder: Path, devices: int, cycles: int, runs: int) -> Figure:
    """The whole of B2; skipped where there is no C compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        return figure(None, "× C epoll", GOAL, skipped="no C compiler (cc) to build the peer with")
    client = folder / "epoll_client"
    source = Path(__file__).with_name("epoll_client.c")
    subprocess.run([compiler, "-O2", "-o", str(client), str(source)], check=True)
    _allow_files()
    port = free_port()
    module = ["-m", "civicwatt.bench.responder", str(port), "1", str(ANSWER_MS), str(folder / "b2.jsonl")]
    meters = Process("meters", [sys.executable, *module], folder / "b2-meters.log")
    meters.start()
    try:
        wait_until(lambda: listening(port), "meters", 15, meters)
        asked = [str(port), str(devices), str(cycles)]
        c = [str(client), *asked, str(FUNCTION), str(fleet.FIRST), str(fleet.REGISTERS)]
        ours = [sys.executable, "-m", "civicwatt.bench.fleet", *asked]
        pairs = []
        for number in range(runs):
            progress(f"B2 {number + 1}/{runs}: {devices} devices, {cycles} cycles, C then ours")
            pairs.append((_median_ms(c), _median_ms(ours)))
    finally:
        meters.stop()
    ratios = [ours_ms / c_ms for (c_ms, _), (ours_ms, _) in pairs]
    return figure(
        statistics.median(ratios),
        "× C epoll",
        GOAL,
        runs=[round(ratio, 3) for ratio in ratios],
        ours_ms=[round(ours_ms, 1) for _, (ours_ms, _) in pairs],
        c_ms=[round(c_ms, 1) for (c_ms, _), _ in pairs],
        ours_cpu_us_per_read=round(statistics.median(cpu for _, (_, cpu) in pairs), 1),
        c_cpu_us_per_read=round(statistics.median(cpu for (_, cpu), _ in pairs), 1),
    )


def _median_ms(command: list[str]) -> tuple[float, float]:
    """(median cycle in ms, CPU µs a read) of one run of a client."""
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)
    *times, cpu = (float(line) for line in done.stdout.split())
    return statistics.median(times[WARM:]), cpu


def _allow_files() -> None:
    """A connection is a file; the usual soft limit is 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
