"""What commands that import a table have in common: their arguments, and how they tell what they did."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from civicwatt_protocols.errors import CivicWattError

TITLES = {
    "rows": "行",
    "kept": "导入",
    "added": "新增",
    "new": "新增",
    "changed": "变更",
    "identical": "相同",
    "bad": "不合格",
}
PARTIAL = 6  # exit code: some rows were left out
Config = Annotated[Path | None, typer.Option("--config", help="TOML 配置文件 · configuration file")]
TableFile = Annotated[Path, typer.Argument(help="xlsx 或 csv 文件 · xlsx or csv file")]
AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出 · print JSON")]


def finish(counts: Mapping[str, int], problems: Sequence[CivicWattError], *, as_json: bool) -> None:
    """Print the counts and each problem with its cell; exit 6 where there is one."""
    if as_json:
        shown = {**counts, "problems": [problem.as_dict() for problem in problems]}
        typer.echo(json.dumps(shown, ensure_ascii=False))
    else:
        typer.echo("  ".join(f"{TITLES[name]} {name} {count}" for name, count in counts.items()))
        for problem in problems:
            typer.echo(f"{problem}\n  {problem.text('en')}")
    if problems:
        raise typer.Exit(PARTIAL)
