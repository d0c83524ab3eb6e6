"""The meter that a command is about: by unit, number or id, from options, a scan or the configuration."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from civicwatt_edge.commands import scanfile
from civicwatt_edge.commands.line import Line
from civicwatt_edge.config import BusConfig, DeviceConfig, know_own_templates, load
from civicwatt_protocols import templates
from civicwatt_protocols.errors import BadValue
from civicwatt_protocols.template import DeviceTemplate


@dataclass(frozen=True)
class Target:
    """One meter on one bus."""

    line: Line
    device: DeviceConfig

    @property
    def template(self) -> DeviceTemplate:
        """What its registers mean."""
        return templates.load(self.device.template)


def find(word: str, bus: str, given: dict[str, Any], files: tuple[Path, Path], timeout_ms: int) -> Target:
    """The meter meant by an id, a unit or a number; options come before what the files say. Raises BadValue.

    given: keys of a device that options named; files: a scan file and a configuration, either may be missing.
    """
    know_own_templates(files[1])
    known = _known(word, files) if not (bus and "template" in given) else None
    if known is None:
        if not word.isdigit() or not bus or "template" not in given:
            where = f"not in {files[0]} nor {files[1]}; give --bus and --template"
            raise BadValue(word, key="DEVICE", detail=where)
        line = Line.of(bus, timeout_ms=timeout_ms)
        return Target(line, make(f"M-{word}", {**_place(word, given["template"]), **given}))
    there, device = known
    line = Line.of(bus, timeout_ms=timeout_ms) if bus else Line(there)
    return Target(line, make(device.id, msgspec.to_builtins(device) | given))


def make(id: str, keys: dict[str, Any]) -> DeviceConfig:
    """A device as a configuration would have it. Raises BadValue."""
    try:
        return msgspec.convert({**keys, "id": id}, DeviceConfig)
    except msgspec.ValidationError as error:
        raise BadValue(id, key="DEVICE", detail=str(error)) from error


def _place(word: str, template: str) -> dict[str, Any]:
    """A unit where the template is of Modbus, else the number on the plate. Raises UnknownTemplate."""
    if templates.load(template).bus_protocol == "modbus":
        return {"unit": int(word)}
    return {"address": word}


def _known(word: str, files: tuple[Path, Path]) -> tuple[BusConfig, DeviceConfig] | None:
    scan, config = files
    rows: list[tuple[BusConfig, DeviceConfig]] = []
    if scan.exists():
        found = scanfile.read(scan)
        rows += [(found.bus, row.device) for row in found.rows]
    if config.exists():
        rows += [(bus, device) for bus in load(config).bus for device in bus.device]
    named = [row for row in rows if row[1].id == word]
    numbered = [row for row in rows if word.isdigit() and row[1].place == (word.lstrip("0") or "0")]
    return next(iter([*named, *numbered]), None)
