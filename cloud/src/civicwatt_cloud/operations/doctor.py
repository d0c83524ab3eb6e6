"""`civicwatt cloud doctor`: which parts run, what is in order, and what to do about the rest."""

import json
from collections.abc import Iterator

import typer
from rich.console import Console
from rich.text import Text

from civicwatt_cloud.kit.import_command import AsJson, Config
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.operations import checks, ways
from civicwatt_cloud.operations.checks import Level, Row

FAILED = 1  # exit code, where rows ask for different ones
MARKS = {Level.OK: ("✓ ", "green"), Level.WARN: ("! ", "yellow"), Level.FAIL: ("✗ ", "bold red")}


def doctor(
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """逐项体检：进程、数据库、消息服务器、台账、磁盘、时钟、证书、备份 · check every part."""
    settings = Settings.load(config)
    console, found = Console(soft_wrap=True), []
    for row in _look(settings):
        found.append(row)
        if not as_json:
            _tell(console, row)
    wrong = [row.error for row in found if row.level is Level.FAIL and row.error is not None]
    if as_json:
        shown = {"ok": not wrong, "rows": [row.told() for row in found]}
        typer.echo(json.dumps(shown, ensure_ascii=False))
    if wrong:
        codes = {error.exit_code for error in wrong}
        raise typer.Exit(codes.pop() if len(codes) == 1 else FAILED)


def _look(settings: Settings) -> Iterator[Row]:
    """The rows, one after the other."""
    row, told, store = ways.server(settings)
    yield row
    yield checks.disk(settings)
    yield from checks.administration(settings, told)
    yield checks.store(settings, store, runs=row.level is not Level.WARN)
    yield ways.broker(settings)
    if told and settings.mqtt_host is not None:
        yield checks.ingest(told)
    yield from ways.in_the_clear(settings)
    yield from checks.certificates(settings)
    yield checks.backups(settings)


def _tell(console: Console, row: Row) -> None:
    line = Text.assemble(MARKS[row.level], f"{row.zh} · {row.en}: {row.detail}")
    console.print(line)
    if row.error is not None:
        error = row.error
        console.print(f"    {error.code} {error.message('zh')} · {error.message('en')}", markup=False)
        console.print(Text.assemble(("    → ", "yellow"), f"{error.remedy('zh')} · {error.remedy('en')}"))
