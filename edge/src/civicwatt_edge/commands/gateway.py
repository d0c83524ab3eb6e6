"""The running gateway, asked on its control socket."""

import json
import socket
from pathlib import Path
from typing import Any

from civicwatt_edge.config import Config
from civicwatt_edge.errors import GatewayAway
from civicwatt_edge.service.control import address

WAIT_S = 10.0  # engineering default


def ask(config: Config, do: str, **more: Any) -> dict[str, Any]:
    """One request and its answer. Raises GatewayAway, also where the gateway says no."""
    directory = Path(config.gateway.data)
    try:
        with address(directory) as path, socket.socket(socket.AF_UNIX) as line:
            line.settimeout(WAIT_S)
            line.connect(path)
            line.sendall(json.dumps({"do": do, **more}).encode() + b"\n")
            with line.makefile("rb") as answer:
                told: dict[str, Any] = json.loads(answer.readline())
    except (OSError, ValueError) as error:
        raise GatewayAway(str(directory), detail=error) from error
    if not told.pop("ok"):
        raise GatewayAway(str(directory), detail=told["error"]["message"])
    return told


def runs(config: Config) -> bool:
    """Whether it answers."""
    try:
        ask(config, "status")
    except GatewayAway:
        return False
    return True
