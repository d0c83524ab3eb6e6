"""The command line of the gateway: `civicwatt edge`, `templates` and `decode`, alike in every distribution.

Exit codes that scripts can rely on: 0 done · 1 failed · 2 used wrongly · 3 a file is wrong ·
4 nobody answers there · 5 refused · 6 done in part.
"""

import errno
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from io import TextIOWrapper
from typing import NamedTuple, NoReturn

import typer

from civicwatt_protocols.errors import CivicWattError, FileUnusable


class Group(NamedTuple):
    """A group of commands: the module whose typer app it is, the app's name, and what it is for."""

    module: str
    app: str
    help: str


DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO})  # a write that fails names no file

GROUPS = {
    "edge": Group("civicwatt_edge.cli", "app", "网关：采集、留存、上送 · the gateway agent"),
    "templates": Group("civicwatt_edge.commands.templates", "app", "设备模板：检查、清单 · device templates"),
    "decode": Group("civicwatt_edge.commands.decode", "app", "报文解析 · what is in these bytes?"),
}


def build(
    asked: str | None, groups: Mapping[str, Group] = GROUPS, commands: tuple[Callable[..., None], ...] = ()
) -> typer.Typer:
    """The command tree; only the asked group is imported, so that every command starts fast."""
    root = typer.Typer(
        name="civicwatt",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        help="公共机构能源与机关事务平台",
    )
    root.callback()(lambda: None)  # a tree, even where it has one branch
    for command in commands:
        root.command()(command)
    for name, group in groups.items():
        if asked == name:
            branch = getattr(import_module(group.module), group.app)
        else:
            branch = typer.Typer()
            branch.callback(invoke_without_command=True)(lambda: None)
        root.add_typer(branch, name=name, help=group.help)
    return root


def run(groups: Mapping[str, Group] = GROUPS, commands: tuple[Callable[..., None], ...] = ()) -> None:
    """Run the command; the one place where a known error is printed, with its code, cause and remedy."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal of GBK or ASCII has no ✓
    asked = next((word for word in sys.argv[1:] if not word.startswith("-")), None)
    try:
        build(asked, groups, commands)()
    except CivicWattError as error:
        _leave(error)
    except OSError as error:
        if error.filename is None and error.errno not in DISK:
            raise  # no file is the cause
        _leave(FileUnusable(str(error.filename or ""), detail=error.strerror))


def _leave(error: CivicWattError) -> NoReturn:
    sys.stderr.write(f"{error}\n{error.text('en')}\n")
    sys.exit(error.exit_code)
