"""The `civicwatt` command: one group for each part.

Exit codes that scripts can rely on: 0 done · 1 failed · 2 used wrongly · 3 a file is wrong · 6 done in part.
"""

import sys
from importlib import import_module
from typing import NoReturn

import typer

from civicwatt.demo.cli import demo
from civicwatt.errors import FileUnusable
from civicwatt_protocols.errors import CivicWattError

# group → where its typer app lives; imported only when that group is asked for, so every command starts fast
GROUPS = {
    "edge": "civicwatt_edge.cli:app",
    "templates": "civicwatt_edge.templates_cli:app",
    "decode": "civicwatt_edge.decode_cli:app",
    "sim": "civicwatt_sim.cli:app",
    "cloud": "civicwatt_cloud.cli:app",
    "directory": "civicwatt_cloud.cli:directory_app",
    "meters": "civicwatt_cloud.cli:meters_app",
    "bench": "civicwatt.bench.cli:app",
}
HELP = {
    "edge": "网关：采集、留存、上送 · the gateway agent",
    "templates": "设备模板：检查、清单 · device templates",
    "decode": "报文解析：这些字节是什么 · what is in these bytes?",
    "sim": "模拟表计与建筑 · simulated meters and buildings",
    "cloud": "云端：接收、台账、网页 · ingest, ledger, pages",
    "directory": "名录：机构、楼栋、面积、人数 · institutions and buildings",
    "meters": "表计绑定：楼栋与分项 · bind meters to buildings and end uses",
    "bench": "性能实测与目标 · measured figures and their goals",
}


def build(asked: str | None) -> typer.Typer:
    """The command tree with the asked group loaded and the others as titles."""
    root = typer.Typer(
        name="civicwatt",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        help="公共机构能源与机关事务平台",
    )
    root.command()(demo)
    for name, place in GROUPS.items():
        if asked == name:
            module, attribute = place.split(":")
            group = getattr(import_module(module), attribute)
        else:
            group = typer.Typer()
            group.callback(invoke_without_command=True)(lambda: None)
        root.add_typer(group, name=name, help=HELP[name])
    return root


def main() -> None:
    """Run the command; the one place where a known error is printed, with its code, cause and remedy."""
    asked = next((word for word in sys.argv[1:] if not word.startswith("-")), None)
    try:
        build(asked)()
    except CivicWattError as error:
        _leave(error)
    except OSError as error:
        if error.filename is None:
            raise  # no file is the cause
        _leave(FileUnusable(str(error.filename), detail=error.strerror))


def _leave(error: CivicWattError) -> NoReturn:
    sys.stderr.write(f"{error}\n{error.text('en')}\n")
    sys.exit(error.exit_code)
