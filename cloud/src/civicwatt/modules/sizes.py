"""How many lines of code the kernel and each module have."""

import ast
import io
import tokenize
from pathlib import Path
from typing import NamedTuple

import civicwatt_cloud

HOME = Path(civicwatt_cloud.__file__).parent
NO_CODE = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENCODING,
    tokenize.ENDMARKER,
}


class Size(NamedTuple):
    """Files, lines of code without comments and docstrings, and the largest file [bytes]."""

    name: str
    files: int
    lines: int
    largest: int


def sizes() -> list[Size]:
    """Of the kernel, then of each module."""
    modules = sorted(folder for folder in (HOME / "modules").iterdir() if (folder / "module.py").is_file())
    return [_size("kit", HOME / "kit"), *(_size(folder.name, folder) for folder in modules)]


def lines_of(text: str) -> int:
    """Lines that hold code."""
    told: set[int] = set()
    for one in tokenize.generate_tokens(io.StringIO(text).readline):
        if one.type not in NO_CODE:
            told.update(range(one.start[0], one.end[0] + 1))
    return len(told - _docstrings(text))


def _docstrings(text: str) -> set[int]:
    found: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                found.update(range(first.lineno, (first.end_lineno or first.lineno) + 1))
    return found


def _size(name: str, folder: Path) -> Size:
    files = sorted(folder.rglob("*.py"))
    lines = sum(lines_of(path.read_text("utf-8")) for path in files)
    return Size(name, len(files), lines, max(path.stat().st_size for path in files))
