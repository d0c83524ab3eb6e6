"""The meters of a plant as other gateways are told of them: the same devices, values, requests and period."""

from collections.abc import Sequence
from typing import Any

from civicwatt.bench.rig import Plant
from civicwatt_protocols import templates
from civicwatt_protocols.modbus.plan import Block, plan

HOST = "127.0.0.1"
CONNECTOR = "modbus.json"
CONSOLE = {"class": "logging.StreamHandler", "level": 0, "stream": "ext://sys.stderr"}
ENDIAN = "BE_BE"  # of ABCD, as the template of the plant says


def blocks(plant: Plant, max_gap: int | None = None) -> tuple[Block, ...]:
    """The requests of one device: as our gateway asks, or over gaps of at most `max_gap` registers."""
    template = templates.load(plant.template)
    wanted = (register for register in template.registers if register.measure in plant.measures)
    gap = template.max_gap if max_gap is None else max_gap
    return plan(wanted, template.max_registers, gap, template.forbidden)


def modpoll_csv(plant: Plant, bus: int) -> str:
    """The devices of one bus; modpoll has one connection a process, so there is a file for each bus."""
    lines: list[Sequence[object]] = []
    for unit in range(1, plant.units + 1):
        lines.append(("device", f"M-{bus * plant.units + unit:04}", unit))
        for block in blocks(plant):
            kind = "input_register" if block.function == 4 else "holding_register"
            lines.append(("poll", kind, block.address, block.count, ENDIAN))
            lines.extend(("ref", one.measure, one.address, one.type.value, "r") for one in block.registers)
    return "".join(",".join(map(str, line)) + "\n" for line in lines)


def modpoll_arguments(plant: Plant, config: str, bus_port: int, broker_port: int) -> list[str]:
    """One process a bus: no pause between requests, nothing printed, one message a device and cycle."""
    modbus = ["--tcp", HOST, "--tcp-port", str(bus_port), "--interval", "0", "--rate", str(plant.interval_s)]
    # 3.1.1 is the default, but fails in modpoll 1.6.0 with a newer paho-mqtt
    mqtt = ["--mqtt-host", HOST, "--mqtt-port", str(broker_port), "--mqtt-version", "5.0"]
    return ["--config", config, *modbus, *mqtt, "--daemon", "--loglevel", "WARNING"]


def thingsboard_main(broker_port: int) -> dict[str, Any]:
    """tb_gateway.json: kept in memory, nothing remote, no statistics; the rest as it is shipped."""
    return {
        "thingsboard": {
            "host": HOST,
            "port": broker_port,
            "remoteShell": False,
            "remoteConfiguration": False,
            "statistics": {"enable": False, "enableCustom": False},
            "syncDevicesSharedAttributesOnConnect": False,
            "reportStrategy": {"type": "DISABLED"},
            "minPackSendDelayMS": 50,
            "minPackSizeToSend": 500,
            "maxPayloadSizeBytes": 8196,
            "qos": 1,
            "security": {"type": "accessToken", "accessToken": "bench"},
        },
        "storage": {"type": "memory", "read_records_count": 100, "max_records_count": 100_000},
        "grpc": {"enabled": False},
        "connectors": [{"type": "modbus", "name": "meters", "configuration": CONNECTOR}],
    }


def thingsboard_logs() -> dict[str, Any]:
    """logs.json: errors only, on stderr."""
    return {
        "version": 1,
        "handlers": {"console": CONSOLE},
        "root": {"level": "ERROR", "handlers": ["console"]},
    }


def thingsboard_modbus(plant: Plant, first_port: int) -> dict[str, Any]:
    """modbus.json: every device with its values."""
    return {
        "master": {
            "slaves": [_slave(plant, first_port, number) for number in range(plant.buses * plant.units)]
        }
    }


def _slave(plant: Plant, first_port: int, number: int) -> dict[str, Any]:
    bus, unit = divmod(number, plant.units)
    return {
        "host": HOST,
        "port": first_port + bus,
        "type": "tcp",
        "method": "socket",
        "unitId": unit + 1,
        "deviceName": f"M-{number + 1:04}",
        "timeout": 5,
        "byteOrder": "BIG",
        "wordOrder": "BIG",
        "pollPeriod": plant.interval_s * 1000,
        "attributes": [],
        "timeseries": [_range(block) for block in blocks(plant, max_gap=0)],
        "attributeUpdates": [],
        "rpc": [],
    }


def _range(block: Block) -> dict[str, Any]:
    """Neighbours of one type in one request: its "address range", which takes no gaps, named by address."""
    return {
        "tag": f"r{block.address}_${{address}}",  # unlike any other: answers are kept by tag
        "type": "32float",
        "functionCode": block.function,
        "objectsCount": 2,
        "address": f"{block.address}-{block.address + block.count - 1}",
        "maxRegistersPerRequest": 120,
    }
