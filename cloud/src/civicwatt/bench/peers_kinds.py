"""The gateways that can be measured: how each is started, where it publishes, how its values are counted."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from civicwatt.bench import peers_config
from civicwatt.bench.peers_rig import Commands
from civicwatt.bench.rig import Plant
from civicwatt_protocols.sparkplug import payload

OURS, MODPOLL, THINGSBOARD = "civicwatt", "modpoll", "thingsboard-gateway"
CLOSED = "http://127.0.0.1:9"  # a proxy that nobody serves: what is measured neither calls home nor installs


@dataclass(frozen=True)
class Peer:
    """One gateway; ours has no commands, the rig starts it."""

    topic: str
    count: Callable[[bytes], int]
    commands: Callable[[Path], Commands] | None = None


def _modpoll(executable: Path) -> Commands:
    def commands(plant: Plant, folder: Path, bus_port: int, broker_port: int) -> list[list[str]]:
        found = []
        for bus in range(plant.buses):
            config = folder / f"modpoll-{bus}.csv"
            config.write_text(peers_config.modpoll_csv(plant, bus))
            arguments = peers_config.modpoll_arguments(plant, str(config), bus_port + bus, broker_port)
            found.append([str(executable), *arguments])
        return found

    return commands


def _thingsboard(executable: Path) -> Commands:
    def commands(plant: Plant, folder: Path, bus_port: int, broker_port: int) -> list[list[str]]:
        files = {
            "tb_gateway.json": peers_config.thingsboard_main(broker_port),
            "logs.json": peers_config.thingsboard_logs(),
            peers_config.CONNECTOR: peers_config.thingsboard_modbus(plant, bus_port),
        }
        for name, content in files.items():
            (folder / name).write_text(json.dumps(content, indent=1))
        settings = [f"TB_GW_CONFIG_DIR={folder}/", f"https_proxy={CLOSED}", "PIP_NO_INDEX=1"]
        return [["env", f"--chdir={folder}", *settings, str(executable)]]  # it writes where it is started

    return commands


def sparkplug_values(body: bytes) -> int:
    """Values of a DDATA: points have an alias; what the record says of itself has names."""
    return sum(one.alias is not None and not one.is_null for one in payload.decode(body).metrics)


def modpoll_values(body: bytes) -> int:
    """Values of {name: value, …}."""
    return len(json.loads(body))


def thingsboard_values(body: bytes) -> int:
    """Values of {device: [{ts, values: {name: value}}]}."""
    devices: dict[str, list[dict[str, Any]]] = json.loads(body)
    return sum(len(one["values"]) for entries in devices.values() for one in entries)


PEERS = {
    OURS: Peer("spBv1.0/+/DDATA/#", sparkplug_values),
    THINGSBOARD: Peer("v1/gateway/telemetry", thingsboard_values, _thingsboard),
    MODPOLL: Peer("modpoll/+/data", modpoll_values, _modpoll),
}
