"""A real mosquitto with default settings, to be killed and started again."""

import socket
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

START_S = 90


@dataclass
class Mosquitto:
    """A broker process on a loopback port that stays its own."""

    program: str
    port: int
    directory: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it accepts connections."""
        config = self.directory / "mosquitto.conf"
        config.write_text(f"listener {self.port} 127.0.0.1\nallow_anonymous true\n")
        self.process = subprocess.Popen(
            [self.program, "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + START_S
        while not self._listens():
            assert time.monotonic() < deadline, "mosquitto did not start"
            threading.Event().wait(0.01)

    def kill(self) -> None:
        """End it with everything in flight."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0
