"""Logs of every process: JSON lines on stderr, those of its libraries among them.

Here because every part may know this package and no other one.
"""

import logging
import sys
from contextlib import suppress

import structlog
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import Processor

# Without local variables: they may hold a password.
TRACEBACKS = structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False))


class _Stderr:
    """Writes lines; one that cannot be written is left out: a full disk under the log must stop nothing."""

    def __init__(self, *_: object) -> None:
        self._stderr = sys.stderr

    def msg(self, message: str) -> None:
        with suppress(OSError):
            self._stderr.write(message + "\n")
            self._stderr.flush()

    debug = info = warning = error = critical = exception = msg


def log_to_stderr(level: int = logging.INFO) -> None:
    """Set up structlog from this level on, and the standard logging of libraries from WARNING on."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            *shared,
            TRACEBACKS,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=_Stderr,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            TRACEBACKS,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
