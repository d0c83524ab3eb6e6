"""`civicwatt cloud backup` and `civicwatt cloud restore`."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from civicwatt_cloud.kit.import_command import AsJson, Config
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.operations import archive
from civicwatt_cloud.operations.archive import Contents
from civicwatt_cloud.operations.backup import Report, prune
from civicwatt_cloud.operations.backup import backup as write_backup
from civicwatt_cloud.operations.restore import restore as put_back
from civicwatt_cloud.operations.secrets import backup_secret
from civicwatt_protocols.logs import log_to_stderr

KeyFile = Annotated[
    Path | None,
    typer.Option("--key-file", help="密钥文件（0600）；缺省询问口令 · key file"),
]
STEPS = {
    "database": "数据库 database",
    "readings": "读数 readings",
    "verify": "核验 verify",
    "restore": "恢复 restore",
}


def backup(
    *,
    to: Annotated[Path, typer.Argument(metavar="TO", help="文件或文件夹 · a file, or a folder")],
    verify: Annotated[
        bool, typer.Option("--verify", help="只核验已有备份 · only prove that one is whole")
    ] = False,
    keep: Annotated[
        int | None, typer.Option("--keep", min=1, help="文件夹中只留最新的 N 份 · keep the newest N")
    ] = None,
    key_file: KeyFile = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """加密备份：数据库、读数、签发机构；云端可继续运行 · an encrypted backup, also while the cloud runs."""
    log_to_stderr()
    settings = Settings.load(config, backup_key_file=key_file)
    secret = backup_secret(settings.backup_key_file, new=not verify)
    with _progress() as report:
        if verify:
            found = archive.read(to, secret, Contents(), lambda done: report("verify", done))
            told = _contents(to, found)
        else:
            written = write_backup(settings, to, secret, report)
            removed = prune(to, keep) if keep and to.is_dir() else []
            told = {
                "file": str(written.path),
                "rows": written.rows,
                "bytes": written.size,
                "removed": [str(path) for path in removed],
            }
    _print(told, as_json=as_json)


def restore(
    *,
    source: Annotated[
        Path, typer.Argument(metavar="FROM", help="备份文件 · the backup", exists=True, dir_okay=False)
    ],
    force: Annotated[bool, typer.Option("--force", help="替换已有数据 · replace what is there")] = False,
    key_file: KeyFile = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """恢复备份（先停止云端）；先核验，再替换 · put a backup back; the cloud must be stopped."""
    log_to_stderr()
    settings = Settings.load(config, backup_key_file=key_file)
    secret = backup_secret(settings.backup_key_file, new=False)
    with _progress() as report:
        found = put_back(settings, source, secret, report, force=force)
    _print(_contents(source, found), as_json=as_json)


def _contents(path: Path, found: Contents) -> dict[str, Any]:
    return {"file": str(path), "rows": found.rows, "bytes": path.stat().st_size, **found.told}


def _print(told: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    for name, value in told.items():
        if value not in ([], None):
            typer.echo(f"{name}: {value}")


@contextmanager
def _progress() -> Iterator[Report]:
    """Bars on stderr, one a step."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as shown:
        tasks = {}

        def report(step: str, done: float) -> None:
            if step not in tasks:
                tasks[step] = shown.add_task(STEPS[step], total=1.0)
            shown.update(tasks[step], completed=done)

        yield report
