"""The meter that a command is about: by unit or id, from options, a scan file or the configuration."""

from dataclasses import dataclass
from pathlib import Path

from civicwatt_edge.commands import scanfile
from civicwatt_edge.commands.line import Line
from civicwatt_edge.config import BusConfig, DeviceConfig, load
from civicwatt_protocols import templates
from civicwatt_protocols.errors import BadValue
from civicwatt_protocols.template import DeviceTemplate, Order


@dataclass(frozen=True)
class Target:
    """One meter on one bus; origin names the file that knows it, if one does."""

    line: Line
    unit: int
    template: DeviceTemplate
    order: Order | None
    device: DeviceConfig | None = None
    origin: Path | None = None


def find(
    word: str, *, bus: str, template: str, order: Order | None, files: tuple[Path, Path], timeout_ms: int
) -> Target:
    """The meter meant by an id or a unit; options come before what the files say. Raises BadValue.

    files: a scan file and a configuration; either may be missing.
    """
    scan, config = files
    known = _known(word, scan, config) if not (bus and template) else None
    if known is None:
        if not word.isdigit() or not bus or not template:
            raise BadValue(
                word, key="DEVICE", detail=f"not in {scan} nor {config}; give --bus and --template"
            )
        return Target(Line.of(bus, timeout_ms=timeout_ms), int(word), templates.load(template), order)
    line, device, origin = known
    chosen = Line.of(bus, timeout_ms=timeout_ms) if bus else Line(line)
    wanted = templates.load(template or device.template)
    return Target(chosen, device.unit, wanted, order or device.order, device, origin)


def _known(word: str, scan: Path, config: Path) -> tuple[BusConfig, DeviceConfig, Path] | None:
    rows: list[tuple[BusConfig, DeviceConfig, Path]] = []
    if scan.exists():
        found = scanfile.read(scan)
        rows += [(found.bus, row.device, scan) for row in found.rows]
    if config.exists():
        rows += [(bus, device, config) for bus in load(config).bus for device in bus.device]
    named = [row for row in rows if row[1].id == word]
    units = [row for row in rows if word.isdigit() and row[1].unit == int(word)]
    return next(iter([*named, *units]), None)
