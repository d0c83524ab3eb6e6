"""New devices in a configuration that people wrote: every other byte stays, comments and order too.

What stands in the file afterwards is read back and compared with what should; a file in which the place
cannot be found that way (devices as inline tables, say) is refused, never half-edited.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence

from civicwatt_edge.commands.scanfile import row_text
from civicwatt_protocols.errors import BadToml

_HEADER = re.compile(r"^\s*\[\[?\s*([A-Za-z0-9_.-]+)\s*\]\]?")

Rows = Sequence[Mapping[str, object]]


def add_devices(text: str, bus: Mapping[str, object], rows: Rows, origin: str) -> str:
    """The text with rows at the end of the bus of that url, or with a new bus. Raises BadToml."""
    data = tomllib.loads(text)
    buses = data.get("bus", [])
    at = next((index for index, one in enumerate(buses) if one["url"] == bus["url"]), None)
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    block = "".join("\n" + row_text("bus.device", row) for row in rows)
    if at is None:
        lines.append("\n" + row_text("bus", bus) + block)
        data.setdefault("bus", []).append({**bus, "device": [dict(row) for row in rows]})
    else:
        lines.insert(_end_of_bus(lines, at), block)
        buses[at].setdefault("device", []).extend(dict(row) for row in rows)
    edited = "".join(lines)
    if _read(edited) != data:
        raise BadToml(origin, detail=f"no place found for devices of {bus['url']}; write [[bus]] tables")
    return edited


def _end_of_bus(lines: Sequence[str], index: int) -> int:
    """The line behind the last one that belongs to a bus; comments above the next table belong to that."""
    inside, end, seen = False, len(lines), -1
    for number, line in enumerate(lines):
        header = _HEADER.match(line)
        if header and header[1] == "bus":
            seen += 1
        if header and not header[1].startswith("bus."):
            inside = header[1] == "bus" and seen == index
        if inside and line.strip() and not line.lstrip().startswith("#"):
            end = number + 1
    return end


def _read(text: str) -> object:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None
