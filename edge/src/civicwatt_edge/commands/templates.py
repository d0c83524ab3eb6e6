"""`civicwatt templates`: look at the device templates and check one's own."""

from pathlib import Path
from typing import Annotated

import typer

from civicwatt_edge.commands import template_new
from civicwatt_protocols import golden, templates
from civicwatt_protocols.template import parse
from civicwatt_protocols.toml import text_of

app = typer.Typer(no_args_is_help=True)
app.command("new")(template_new.new)


@app.command("list")
def list_() -> None:
    """列出自带的设备模板 · list the shipped templates: key, title, number of measures."""
    for name in templates.names():
        template = templates.load(name)
        typer.echo(f"{name:28} {template.title_zh}  ({len(template.measures)})")


@app.command()
def lint(
    files: Annotated[
        list[Path], typer.Argument(exists=True, dir_okay=False, help="模板文件 · template files")
    ],
) -> None:
    """检查模板文件及其标准报文 · check template files and their golden frames; ends at the first fault."""
    for file in files:
        template = parse(text_of(file.read_bytes(), str(file)), str(file))
        golden.check(template)
        typer.echo(f"✓ {file}: {template.title_zh}, {len(template.measures)} measures")
