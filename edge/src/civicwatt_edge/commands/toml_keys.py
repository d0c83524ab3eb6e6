"""Change single keys of a TOML file that a person wrote: comments, order and all else stay."""

import json
import re
from collections.abc import Mapping

_HEADER = re.compile(r"^\s*\[")
_VALUE = r"""("(?:[^"\\]|\\.)*"|'[^']*'|[^\s#"']+)"""


def set_keys(text: str, table: str, values: Mapping[str, str | int]) -> str:
    """The text with these keys in [table]; the table is added at the end where it is missing.

    Understands keys with their value on one line; whoever writes the result reads it back first.
    """
    lines = text.splitlines()
    header = re.compile(rf"^\s*\[\s*{re.escape(table)}\s*\]\s*(#.*)?$")
    start = next((number for number, line in enumerate(lines) if header.match(line)), None)
    if start is None:
        if lines and lines[-1].strip():
            lines.append("")
        lines.append(f"[{table}]")
        start = len(lines) - 1
    end = next(
        (number for number in range(start + 1, len(lines)) if _HEADER.match(lines[number])), len(lines)
    )
    section = lines[start + 1 : end]
    for key, value in values.items():
        _set(section, key, json.dumps(value, ensure_ascii=False))
    return "\n".join([*lines[: start + 1], *section, *lines[end:]]) + "\n"


def _set(section: list[str], key: str, value: str) -> None:
    assignment = re.compile(rf"^(\s*{re.escape(key)}\s*=\s*){_VALUE}(.*)$")
    last = -1
    for number, line in enumerate(section):
        if found := assignment.match(line):
            section[number] = f"{found[1]}{value}{found[3]}"
            return
        if line.strip() and not line.lstrip().startswith("#"):
            last = number
    section.insert(last + 1, f"{key} = {value}")
