"""`civicwatt module`: sizes of the modules, and a new one."""

import json
from typing import Annotated

import typer

from civicwatt.modules import scaffold, sizes

app = typer.Typer(no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出 · print JSON")]


@app.command()
def stats(*, as_json: AsJson = False) -> None:
    """内核与各模块的代码行数 · lines of code of the kernel and of each module."""
    found = sizes.sizes()
    if as_json:
        typer.echo(json.dumps({one.name: one._asdict() for one in found}, ensure_ascii=False))
        return
    typer.echo(f"{'':12}{'文件 files':>12}{'代码行 lines':>14}{'最大 largest':>14}")
    for one in found:
        typer.echo(f"{one.name:12}{one.files:>12}{one.lines:>14,}{one.largest / 1000:>11.1f} kB")


@app.command()
def new(name: Annotated[str, typer.Argument(help="模块名，小写英文 · a name in small letters")]) -> None:
    """新建模块：一个对象，含列表、表单、导入导出与审计 · a module with one entity to begin with."""
    for path in scaffold.make(name):
        typer.echo(str(path))
    typer.echo("下一步 · next: docs/adding-a-module.md")
