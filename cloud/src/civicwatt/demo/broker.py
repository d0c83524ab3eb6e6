"""The embedded MQTT broker: mosquitto where it is installed, else amqtt, on loopback only."""

import getpass
import os
import shutil
import sys
from pathlib import Path

from civicwatt.demo.processes import Process, listening, wait_until

# No persistence: delivery is the gateways' business (they keep what the cloud has not acknowledged).
# It stays the user who started it: changing the user would clear the signal that ends it with its parent.
MOSQUITTO = """\
listener {port} 127.0.0.1
allow_anonymous true
persistence false
log_dest stderr
max_queued_messages 0
user {user}
"""
AMQTT = """\
listeners:
  default:
    type: tcp
    bind: 127.0.0.1:{port}
plugins:
  amqtt.plugins.authentication.AnonymousAuthPlugin:
    allow_anonymous: true
"""


def mosquitto() -> str | None:
    """The path of the installed mosquitto (Debian keeps it in /usr/sbin), or None."""
    return shutil.which("mosquitto", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")


def broker(folder: Path, port: int, *, embedded: bool = False) -> Process:
    """The broker's process, not yet started; `embedded` takes amqtt even where mosquitto is installed."""
    found = None if embedded else mosquitto()
    config = folder / ("mosquitto.conf" if found else "amqtt.yaml")
    config.write_text((MOSQUITTO if found else AMQTT).format(port=port, user=getpass.getuser()))
    command = (
        [found, "-c", str(config)]
        if found
        else [sys.executable, "-m", "amqtt.scripts.broker_script", "-c", str(config)]
    )
    return Process("broker", command, folder / "broker.log")


def start(process: Process, port: int) -> None:
    """Start the broker and wait until it accepts connections."""
    process.start()
    wait_until(lambda: listening(port), "broker", 15, process)
