"""TOML text into typed structs, with errors that name file and line."""

import re
import tomllib
from decimal import Decimal
from typing import Any, TypeVar

import msgspec

from .errors import BadToml, BadValue, UnknownKey

T = TypeVar("T")
Path = tuple[str | int, ...]

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"""^\s*([A-Za-z0-9_\-."']+)\s*=\s*(.*)$""")
_UNKNOWN = re.compile(r"unknown field `(.+?)`")
_MISSING = re.compile(r"missing required field `(.+?)`")


class Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of all structs read from TOML: a key that nobody reads is an error.

    Subclasses repeat `frozen=True, kw_only=True`: type checkers ask for it.
    """


def text_of(data: bytes, origin: str) -> str:
    """A file's text: UTF-8, with or without the mark that some editors put in front. Raises BadToml."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadToml(f"{origin}:{line}", detail=f"not UTF-8 ({error.reason})") from error


def decode(text: str, type: type[T], origin: str) -> T:
    """Read TOML text as the given type. Raises BadToml, UnknownKey, BadValue with where = "origin:line".

    Numbers with a point become Decimal where the field is Decimal, float where it is float.
    """
    data = tables(text, origin)
    try:
        return msgspec.convert(data, type)
    except msgspec.ValidationError as error:
        raise problem(error, text, origin, name=type.__name__) from error


def tables(text: str, origin: str) -> dict[str, Any]:
    """Read TOML text, numbers with a point as Decimal. Raises BadToml."""
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        last = text.count("\n") + 1
        raise BadToml(f"{origin}:{found[1] if found else last}", detail=str(error)) from error
    except RecursionError:
        raise BadToml(origin, detail="nested too deeply") from None
    except (ValueError, ArithmeticError) as error:
        raise BadToml(origin, detail="a number with too many digits or too large an exponent") from error


def problem(
    error: msgspec.ValidationError, text: str, origin: str, at: Path = (), name: str = ""
) -> UnknownKey | BadValue:
    """What msgspec found wrong with the value at a path of the text, with file and line."""
    message, _, inside = str(error).partition(" - at ")
    path = (*at, *_path(inside.strip("`")))
    unknown, missing = _UNKNOWN.search(message), _MISSING.search(message)
    if unknown:
        return UnknownKey(f"{origin}:{line_of(text, (*path, unknown[1]))}", key=unknown[1])
    key = missing[1] if missing else ".".join(str(part) for part in path if isinstance(part, str))
    return BadValue(f"{origin}:{line_of(text, path)}", key=key or name, detail=message)


def line_of(text: str, path: Path) -> int:
    """The line, from 1, where a path begins; the line of its nearest parent when the key itself is not found.

    Understands [table], [[array of tables]], key = value, and arrays of inline tables with one table a line.
    """
    lines = _lines(text)
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def _path(at: str) -> Path:
    """`$.registers[2].unit` → ("registers", 2, "unit"); stops at a key that msgspec does not name."""
    parts: list[str | int] = []
    for name, index in re.findall(r"\.([^.\[]+)|\[(\d+|\.\.\.)\]", at):
        if index == "...":
            break
        parts.append(name or int(index))
    return tuple(parts)


def _lines(text: str) -> dict[Path, int]:
    lines: dict[Path, int] = {}
    counts: dict[Path, int] = {}  # how many [[x]] were seen under each path
    table: Path = ()
    array: Path | None = None  # the array whose rows are being read
    row = 0
    for number, line in enumerate(text.splitlines(), 1):
        if array is not None and line.lstrip().startswith(("{", "]")):
            if line.lstrip().startswith("]"):
                array = None
            else:
                lines.setdefault((*array, row), number)
                row += 1
            continue
        header, pair = _HEADER.match(line), _KEY.match(line)
        if header and not array:
            table = _resolve(_split(header[2]), counts, new=header[1] == "[[")
            lines.setdefault(table, number)
        elif pair:
            path = (*table, *_split(pair[1]))
            lines.setdefault(path, number)
            if pair[2].startswith("[") and "]" not in pair[2]:
                array, row = path, 0
    return lines


def _split(dotted: str) -> Path:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))


def _resolve(names: Path, counts: dict[Path, int], *, new: bool) -> Path:
    """Add to each name of a header the index of the array element it stands in."""
    path: Path = ()
    for depth, name in enumerate(names, 1):
        path = (*path, name)
        if new and depth == len(names):
            counts[path] = counts.get(path, 0) + 1
        if path in counts:
            path = (*path, counts[path] - 1)
    return path
