"""How commands speak: results on stdout, everything else on stderr; in a pipe and under NO_COLOR plain."""

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console, RenderableType
from rich.live import Live

from civicwatt_edge import files
from civicwatt_edge.errors import ConsentNeeded

CONFIG = Path("/etc/civicwatt/edge.toml")
PARTLY = 6  # exit code: something was done or found, not all
WIDE = 200  # columns of a table in a pipe: nothing of a name is cut off
INTERRUPTED = 130  # exit code: ended by Ctrl-C

AsJson = Annotated[bool, typer.Option("--json", help="在标准输出给出 JSON · print JSON on stdout")]
Yes = Annotated[bool, typer.Option("--yes", help="不再询问 · ask nothing")]
ConfigFile = Annotated[
    Path,
    typer.Option(
        "--config", envvar="CIVICWATT_EDGE_CONFIG", help="网关配置文件 · the gateway's configuration"
    ),
]


def say(*parts: Any) -> None:
    """Tell a person on stderr."""
    _console(stderr=True).print(*parts)


def show(*parts: Any) -> None:
    """Give the result on stdout."""
    _console(stderr=False).print(*parts)


def errors() -> Console:
    """The console of progress bars."""
    return _console(stderr=True)


def results() -> Console:
    """The console of results."""
    return _console(stderr=False)


@contextmanager
def screen() -> Iterator[Callable[[RenderableType], None]]:
    """Show a result that changes: in its place on a terminal, one after the other in a pipe."""
    console = results()
    if not console.is_terminal:
        yield console.print
        return
    with Live(console=console, auto_refresh=False) as live:
        yield lambda picture: live.update(picture, refresh=True)


def print_json(told: Mapping[str, Any]) -> None:
    """The result for programs."""
    sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=2) + "\n")


def agreed(question: str, *, yes: bool, option: str = "--yes") -> bool:
    """Ask a person at a terminal. Raises ConsentNeeded, naming the option, where there is none."""
    if yes:
        return True
    if not sys.stdin.isatty():
        raise ConsentNeeded(question=question, option=option)
    return typer.confirm(question, err=True)


def answered(question: str, option: str, proposal: str | None = None) -> str:
    """Ask a person, or read the next line of a file. Raises ConsentNeeded, naming the option, at its end."""
    try:
        return str(typer.prompt(question, default=proposal, err=True))
    except typer.Abort:
        if sys.stdin.isatty():
            raise
        say("")  # ends the line of the question
        raise ConsentNeeded(option, question=question, option=option) from None


def write_whole(path: Path, text: str, *, keep_old: bool = False) -> None:
    """Replace a file in one step; keep_old leaves the former text under the same name with `.old`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if keep_old and path.exists():
        path.with_name(f"{path.name}.old").write_bytes(path.read_bytes())
    files.replace(path, text.encode())


def _console(*, stderr: bool) -> Console:
    console = Console(stderr=stderr, highlight=False, markup=False, soft_wrap=True)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = WIDE
    return console
