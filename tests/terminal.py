"""Commands typed at a real terminal: a pty with a clock on it."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

SIZE = (50, 140)  # rows, columns
_CONTROLS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r")


@dataclass
class Terminal:
    """Runs one command after the other in a folder, and notes how long each row of the journey took."""

    folder: Path
    environment: Mapping[str, str]
    rows: dict[str, float] = field(default_factory=dict)

    def type(
        self,
        row: str,
        command: Sequence[object],
        answers: Mapping[str, str] | None = None,
        *,
        code: int = 0,
        within: float = 60,
    ) -> str:
        """Run a command, answer its questions, expect its exit code; what stood on the screen."""
        began = time.monotonic()
        ended, screen = self._run([str(word) for word in command], dict(answers or {}), within)
        self.rows[row] = self.rows.get(row, 0.0) + time.monotonic() - began
        assert ended == code, f"{row}: exit {ended}, not {code}\n{screen}"
        return screen

    def _run(self, command: list[str], answers: dict[str, str], within: float) -> tuple[int, str]:
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", *SIZE, 0, 0))
        process = subprocess.Popen(
            command,
            cwd=self.folder,
            env=dict(self.environment),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        screen, deadline = "", time.monotonic() + within
        try:
            while data := _read(ours, deadline):
                screen += _CONTROLS.sub("", data.decode("utf-8", "replace"))
                for question in [one for one in answers if one in screen]:
                    os.write(ours, f"{answers.pop(question)}\n".encode())
            return process.wait(10), screen
        finally:
            os.close(ours)
            if process.poll() is None:
                process.kill()
                process.wait()


def _read(handle: int, deadline: float) -> bytes:
    """What comes next; empty at the end, or when the time is over."""
    ready, _, _ = select.select([handle], [], [], max(deadline - time.monotonic(), 0))
    if not ready:
        return b""
    try:
        return os.read(handle, 65536)
    except OSError:  # the other end is closed
        return b""
