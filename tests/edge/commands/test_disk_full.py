"""What a command says when the machine, and no file of its own, stops it."""

import errno
import os
import sys

import pytest

from civicwatt_edge import command


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EIO])
def test_f08_a_disk_that_takes_no_write_is_told_not_traced(
    number: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def write() -> None:
        """A write that names no file."""
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(sys, "argv", ["civicwatt", "write"])
    with pytest.raises(SystemExit) as ended:
        command.run({}, (write,))
    assert ended.value.code == 3
    assert f"CW-C1004: 文件或目录无法使用：{os.strerror(number)}" in capsys.readouterr().err
