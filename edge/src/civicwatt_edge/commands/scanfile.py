"""scan.toml: what a scan found on one bus, to be looked over and then added to the configuration."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from civicwatt_edge.commands.identify import Guess
from civicwatt_edge.config import BusConfig, DeviceConfig
from civicwatt_protocols.errors import BadValue, ConfigError
from civicwatt_protocols.toml import Path as Keys
from civicwatt_protocols.toml import line_of, problem, tables, text_of

HEAD = """\
# 扫描结果：核对型号后写入网关配置 · what a scan found: look it over, then add it to the configuration
#   civicwatt edge add --from {name}
"""
UNKNOWN = """
# {unit} 号有应答，型号未识别{plate} · unit {unit} answers, its model is not known
#   civicwatt edge try {unit} --bus {url} --template …
"""


@dataclass(frozen=True)
class Row:
    """A device of the file, with the line where it begins."""

    line: int
    device: DeviceConfig


@dataclass(frozen=True)
class ScanFile:
    """A scan file as read: good rows, and every bad one with its line."""

    bus: BusConfig
    rows: tuple[Row, ...]
    bad: tuple[ConfigError, ...]


def row_text(header: str, values: Mapping[str, object], comment: str = "") -> str:
    """One table of a TOML file, whatever the texts hold."""
    lines = [f"[[{header}]]" + (f"  # {_shown(comment)}" if comment else "")]
    lines += [f"{key} = {_value(value)}" for key, value in values.items()]
    return "\n".join(lines) + "\n"


def _value(value: object) -> str:
    """Strings as JSON writes them are TOML too, but for one character that TOML wants escaped."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _shown(text: str) -> str:
    """A text as a comment can hold it: nothing in it ends the line."""
    return "".join(char if char.isprintable() else "\ufffd" for char in text)


def compose(
    name: str,
    bus: Mapping[str, object],
    guesses: Sequence[Guess],
    silent: Sequence[int],
    prefix: str,
    *,
    unasked: Sequence[int] = (),
) -> str:
    """The text of a scan file; bus: url and the other keys that a bus has; unasked: after an early end."""
    parts = [HEAD.format(name=_shown(name))]
    parts += [f"{key} = {_value(value)}\n" for key, value in bus.items()]
    if silent:
        parts.append(f"silent = {_value(list(silent))}  # 未应答的站号 · units that did not answer\n")
    if unasked:
        parts.append(
            f'unasked = "{spans(unasked)}"  # 中断，这些站号未询问 · stopped: these ids were not asked\n'
        )
    for guess in guesses:
        best = guess.best
        plate = "" if guess.sunspec is None else f"（SunSpec：{guess.sunspec.maker} {guess.sunspec.model}）"
        if best is None:
            url = _shown(str(bus["url"]))
            parts.append(UNKNOWN.format(unit=guess.place, plate=_shown(plate), url=url))
            continue
        row: dict[str, object] = {"id": f"{prefix}{guess.unit:02d}", "unit": guess.unit}
        if guess.address:
            row = {"id": prefix + guess.address.lstrip("0"), "address": guess.address}
        row["template"] = best.template
        if best.order:
            row["order"] = best.order
        parts.append("\n" + row_text("device", row, f"{best.score:.0%} {best.why_zh}{plate}"))
        if guess.rivals:
            others = "、".join(one.template for one in guess.rivals)
            parts.append(f"# 同样符合，请看铭牌 · these fit as well, see the type plate: {_shown(others)}\n")
        if best.order:
            parts.append(
                "# 字序疑似相反，请与表显核对 · the word order seems swapped: compare with the display\n"
            )
    return "".join(parts)


def spans(units: Sequence[int]) -> str:
    """Write [1, 2, 3, 7] as 1-3,7."""
    parts: list[list[int]] = []
    for unit in units:
        if parts and unit == parts[-1][-1] + 1:
            parts[-1].append(unit)
        else:
            parts.append([unit])
    return ",".join(f"{part[0]}-{part[-1]}" if len(part) > 1 else str(part[0]) for part in parts)


def read(path: Path) -> ScanFile:
    """Read a scan file. Raises BadToml or BadValue for the bus; what is wrong with rows is told in `bad`."""
    text = text_of(path.read_bytes(), str(path))
    data = tables(text, str(path))
    rows = data.pop("device", [])
    for key in ("silent", "unasked"):
        data.pop(key, None)
    try:
        bus = msgspec.convert({"name": "scan", **data}, BusConfig)
    except msgspec.ValidationError as error:
        raise problem(error, text, str(path), name="url") from error
    good: list[Row] = []
    bad: list[ConfigError] = []
    for index, row in enumerate(rows):
        place: Keys = ("device", index)
        try:
            device = msgspec.convert(row, DeviceConfig)
        except msgspec.ValidationError as error:
            bad.append(problem(error, text, str(path), place, "device"))
            continue
        line = line_of(text, place)
        twin = next((one for one in good if one.device.id.lower() == device.id.lower()), None)
        if twin is None:
            good.append(Row(line, device))
        else:
            detail = f"{device.id}: {path}:{twin.line}"
            bad.append(BadValue(f"{path}:{line}", key="id", detail=detail))
    return ScanFile(bus, tuple(good), tuple(bad))
