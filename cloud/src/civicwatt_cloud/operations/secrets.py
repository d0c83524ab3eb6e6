"""Where the key of a backup comes from: a file that only its owner may read, or a typed passphrase."""

import stat
import sys
from pathlib import Path

import typer

from civicwatt_cloud.operations.errors import KeyUnusable
from civicwatt_cloud.operations.sealed import Secret

LEAST_BYTES = 32  # of a key file
LEAST_LETTERS = 12  # of a passphrase


def backup_secret(key_file: Path | None, *, new: bool) -> Secret:
    """The key; a new passphrase is typed twice. Errors: KeyUnusable."""
    if key_file is not None:
        return _from_file(key_file)
    if not sys.stdin.isatty():
        raise KeyUnusable(
            detail="no key file, and no terminal to type at", detail_zh="没有密钥文件，也没有可输入口令的终端"
        )
    typed = typer.prompt("备份口令 · passphrase", hide_input=True, confirmation_prompt=new, err=True)
    if new and len(typed) < LEAST_LETTERS:
        raise KeyUnusable(detail="the passphrase is too short", detail_zh="口令太短")
    return Secret("passphrase", typed.encode())


def _from_file(path: Path) -> Secret:
    where = str(path)
    try:
        mode, value = path.stat().st_mode, path.read_bytes().strip()
    except OSError as error:
        raise KeyUnusable(where, detail=error.strerror, detail_zh=error.strerror) from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise KeyUnusable(where, detail=f"others may read it ({mode & 0o777:o})", detail_zh="他人可读")
    if len(value) < LEAST_BYTES:
        raise KeyUnusable(where, detail=f"it has {len(value)} bytes", detail_zh=f"只有 {len(value)} 字节")
    return Secret("key file", value)
