"""The configuration file while the gateway runs: a good change is taken up, a faulty one changes nothing."""

import os
from pathlib import Path

import structlog

from civicwatt_edge.config import load
from civicwatt_edge.storage import schema
from civicwatt_protocols.errors import BadValue, CivicWattError

log = structlog.get_logger()


class ConfigFile:
    """The file as it was last found good."""

    def __init__(self, path: Path) -> None:
        """Read the file; raises what `config.load` raises."""
        self.path = path
        self._seen = self._stamp()
        self._asked = False
        self.config = load(path)

    def ask(self) -> None:
        """Have the file read at the next look, whether or not it seems changed (SIGHUP, a command)."""
        self._asked = True

    def look(self) -> bool:
        """Read the file where it has changed; whether there is another good configuration now."""
        stamp = self._stamp()
        if stamp == self._seen and not self._asked:
            return False
        self._seen, self._asked = stamp, False
        try:
            config = load(self.path)
            if config.gateway.data != self.config.gateway.data:
                self._try_out(Path(config.gateway.data))
        except CivicWattError as error:
            log.error("config_refused", **error.as_dict())
            return False
        changed = config != self.config
        self.config = config
        log.info("config_read", changed=changed)
        return changed

    def _try_out(self, data: Path) -> None:
        """Make another data directory and lock its outbox for a moment. Raises BadValue, OutboxBusy."""
        try:
            data.mkdir(parents=True, exist_ok=True)
            os.close(schema.exclusive(data / "outbox.lock"))
        except (OSError, ValueError) as error:  # ValueError: a NUL
            raise BadValue(str(self.path), key="data", detail=error) from error

    def _stamp(self) -> tuple[int, int, int] | None:
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size
