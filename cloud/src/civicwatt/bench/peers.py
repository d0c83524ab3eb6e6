"""`civicwatt bench peers`: other gateways beside ours on the same meters, if the user has installed them."""

import subprocess
import tempfile
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path

from civicwatt.bench.figures import Figure, progress
from civicwatt.bench.peers_kinds import OURS, PEERS
from civicwatt.bench.peers_rig import FIRST_VALUE_S, Observed, PeerRig
from civicwatt.bench.rig import Plant
from civicwatt.demo import broker
from civicwatt.errors import PartDidNotStart

UNIT = "µs/value"
NOT_GIVEN = "no path given"
ALONE = "no peer to compare with; `bench edge` measures it alone"
NO_BROKER = "mosquitto is not installed"


def run(plant: Plant, seconds: int, given: Mapping[str, Path | None]) -> dict[str, Figure]:
    """One row a gateway, one after the other; ours too when there is a peer to compare it with."""
    if not any(given.values()):
        return {OURS: _without("skipped", ALONE), **{name: _without("skipped", NOT_GIVEN) for name in given}}
    if broker.mosquitto() is None:
        return {name: _without("skipped", NO_BROKER) for name in (OURS, *given)}
    with tempfile.TemporaryDirectory(prefix="civicwatt-peers-") as folder:
        rows = {OURS: _measure(OURS, plant, Path(folder), seconds, None)}
        for name, path in given.items():
            rows[name] = _given(name, plant, Path(folder), seconds, path)
    return rows


def row(observed: Observed, count: Callable[[bytes], int], plant: Plant) -> Figure:
    """The figure and what came with it."""
    values = sum(map(count, observed.payloads))
    if not values:
        return _without("failed", "no value arrived while it was measured")
    return {
        "value": round(observed.cpu_s * 1e6 / values, 1),
        "unit": UNIT,
        "values_per_s": round(values / observed.elapsed_s),
        "asked_values_per_s": round(plant.values / plant.interval_s),
        "cpu_share": round(observed.cpu_s / observed.elapsed_s, 3),
        "rss_mb": observed.rss_mb,
        "processes": observed.processes,
    }


def table(rows: Mapping[str, Figure]) -> str:
    """The rows for a reader, one a line."""
    return "\n".join(f"{name:20}  {_words(one)}" for name, one in rows.items())


def _words(one: Figure) -> str:
    if "skipped" in one:
        return f"跳过 skipped: {one['skipped']}"
    if "failed" in one:
        return f"失败 failed: {one['failed']}"
    reached = f"{one['values_per_s']} of {one['asked_values_per_s']} values/s"
    return f"{one['value']} {UNIT}  {reached}  {one['rss_mb']} MB  {one['processes']} process(es)"


def _given(name: str, plant: Plant, folder: Path, seconds: int, path: Path | None) -> Figure:
    if path is None:
        return _without("skipped", NOT_GIVEN)
    if not path.is_file():
        return _without("failed", f"no such file: {path}")
    return _measure(name, plant, folder, seconds, path.absolute())


def _measure(name: str, plant: Plant, folder: Path, seconds: int, path: Path | None) -> Figure:
    progress(f"{name}: {plant.values} values every {plant.interval_s} s, counted for {seconds} s")
    peer = PEERS[name]
    release = {"version": version(OURS) if path is None else _version(path, name)}
    rig = PeerRig(plant, folder / name, peer.commands(path) if path and peer.commands else None)
    try:
        with rig:
            return release | row(rig.observe(peer.topic, seconds), peer.count, plant)
    except TimeoutError:
        reason = f"no value within {FIRST_VALUE_S:.0f} s; the last line of its log: {_last_line(rig)}"
    except PartDidNotStart as error:
        reason = f"{error.where} ended or was not ready; the last line of its log: {_last_line(rig)}"
    except OSError as error:  # a child that ended while it was looked at
        reason = f"{error}; the last line of its log: {_last_line(rig)}"
    return release | _without("failed", reason)


def _last_line(rig: PeerRig) -> str:
    log = rig.measured[0].log_file
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    return lines[-1][:200] if lines else "—"


def _version(executable: Path, name: str) -> str:
    """The release in the peer's own environment, "?" where it does not say."""
    code = f"import importlib.metadata as m; print(m.version({name!r}))"
    try:
        command = [str(executable.with_name("python")), "-c", code]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=20).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return "?"


def _without(why: str, reason: str) -> Figure:
    return {"value": None, "unit": UNIT, why: reason}
