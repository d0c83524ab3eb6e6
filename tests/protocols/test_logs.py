"""The log of every process: lines on stderr, and no harm when they cannot be written."""

import subprocess
import sys

SAYS = """
import logging, structlog, sys
from civicwatt_protocols.logs import log_to_stderr
log_to_stderr()
structlog.get_logger().error("said", detail="磁盘")
try:
    1 / 0
except ZeroDivisionError:
    structlog.get_logger().exception("said_too")
logging.getLogger("library").error("said by a library")
print("went on")
"""


def test_a_log_that_cannot_be_written_stops_nothing() -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run([sys.executable, "-c", SAYS], stdout=subprocess.PIPE, stderr=full, check=False)
    assert done.stdout == b"went on\n"


def test_lines_are_json_with_their_texts_as_they_are() -> None:
    done = subprocess.run([sys.executable, "-c", SAYS], capture_output=True, check=True, text=True)
    first, second, third = done.stderr.splitlines()
    assert '"event": "said"' in first
    assert "磁盘" in first
    assert "ZeroDivisionError" in second
    assert "said by a library" in third
