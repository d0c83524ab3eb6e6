"""`civicwatt bench records`: a registry of 60,000 rows: a page, a search, and all of it as a workbook."""

import http.client
import json
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import openpyxl

from civicwatt.bench.figures import Figure, figure, progress
from civicwatt.bench.usage import memory_mb

PAGE_GOAL_MS, EXPORT_GOAL_S = 150.0, 20.0
ROWS, RUNS = 60_000, 15
PATIENCE_S = 120


def run(rows: int = ROWS) -> dict[str, Figure]:
    """Ask over HTTP on this machine, one after the other, after one answer that is not counted."""
    with tempfile.TemporaryDirectory(prefix="civicwatt-bench-") as name:
        progress(f"records: {rows} rooms")
        command = [sys.executable, "-m", "civicwatt.bench.records_server", name, str(rows)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdin is not None  # noqa: S101 - a pipe
            assert server.stdout is not None  # noqa: S101
            try:
                port, token = server.stdout.readline().split()
                with closing(_Client(int(port), token)) as client:
                    found = {f"records_{key}": _page(client, path) for key, path in _questions(rows).items()}
                    progress(f"records: {rows} rows as a workbook")
                    found["records_export"] = _export(client, server.pid, rows, Path(name) / "rooms.xlsx")
                server.stdin.close()
            finally:
                server.kill()
    return found


def _questions(rows: int) -> dict[str, str]:
    return {
        "first_page": "rooms",
        "last_page": f"rooms?offset={rows - 50}",
        "search": f"rooms?q=FJ-{rows // 100 - 1:04}",
        "filtered": "rooms?use_area=15..18&order=-use_area",
    }


class _Client:
    """One connection of somebody who is signed in."""

    def __init__(self, port: int, token: str) -> None:
        self._wire = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
        self._headers = {"Cookie": f"civicwatt={token}"}

    def get(self, path: str) -> bytes:
        """The answer of a route of the module, which must succeed."""
        self._wire.request("GET", f"/api/v1/housing/{path}", headers=self._headers)
        answer = self._wire.getresponse()
        body = answer.read()
        if answer.status != http.client.OK:
            raise RuntimeError(f"{path}: {answer.status} {body[:500]!r}")
        return body

    def close(self) -> None:
        self._wire.close()


def _page(client: _Client, path: str) -> Figure:
    times, body = list[float](), b""
    for _ in range(RUNS + 1):
        began = time.perf_counter()
        body = client.get(path)
        times.append((time.perf_counter() - began) * 1000)
    listed: dict[str, Any] = json.loads(body)
    told: Figure = {"first_ms": round(times[0], 1), "most_ms": round(max(times[1:]), 1)}
    some = 0 < len(listed["rows"]) <= listed["total"]
    return figure(statistics.median(times[1:]), "ms", PAGE_GOAL_MS, also=some, total=listed["total"], **told)


def _export(client: _Client, pid: int, rows: int, path: Path) -> Figure:
    before_mb, _ = memory_mb(pid)
    began = time.perf_counter()
    path.write_bytes(client.get("rooms/export"))
    took_s = time.perf_counter() - began
    after_mb, most_mb = memory_mb(pid)
    with closing(openpyxl.load_workbook(path, read_only=True)) as book:
        written = sum(1 for row in book.worksheets[0].iter_rows(values_only=True) if row[0]) - 1
    memory: Figure = {"rss_before_mb": before_mb, "rss_after_mb": after_mb, "rss_peak_mb": most_mb}
    size: Figure = {"file_mb": round(path.stat().st_size / 1e6, 1), "rows": written}
    return figure(took_s, "s", EXPORT_GOAL_S, also=written == rows, **memory, **size)
