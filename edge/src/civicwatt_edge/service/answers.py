"""What a running gateway answers on its control socket."""

import os
import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from civicwatt_edge.config_file import ConfigFile
from civicwatt_edge.delivery.gate import Gate
from civicwatt_edge.delivery.uplink import Uplink
from civicwatt_edge.service.control import LONGEST_OFFLINE_S, Answer
from civicwatt_edge.service.health import Health
from civicwatt_edge.storage.outbox import Outbox
from civicwatt_edge.storage.store import Store
from civicwatt_protocols.clock import Clock
from civicwatt_protocols.errors import BadValue
from civicwatt_protocols.uplink import Catalogue, decode_record, peek


def answers(
    gateway: str,
    clock: Clock,
    outbox: Outbox,
    store: Store,
    uplinks: Mapping[str, Uplink],
    *,
    health: Health,
    gate: Gate,
    file: ConfigFile,
) -> dict[str, Answer]:
    """By name of the request; every answer is made of what is known at that moment."""
    began = time.monotonic()

    async def status(_: Mapping[str, Any]) -> dict[str, Any]:
        devices = [device.id for bus in file.config.bus for device in bus.device]
        return {
            "gateway": gateway,
            "version": installed(),
            "pid": os.getpid(),
            "running_s": round(time.monotonic() - began, 1),
            "now_us": clock.now_us(),
            "machine_us": time.time_ns() // 1000,
            "epoch": outbox.epoch,
            "last_seq": outbox.last_seq,
            "outbox": await _outbox(outbox, clock, store.catalogues, uplinks),
            "offline_s": round(gate.shut_s, 1),
            "upstreams": [_upstream(name, uplink, gate) for name, uplink in uplinks.items()],
            "devices": health.told(devices, store.catalogues, clock.now_us()),
        }

    async def offline(request: Mapping[str, Any]) -> dict[str, Any]:
        seconds = request.get("seconds")
        if not isinstance(seconds, int | float) or not 0 < seconds <= LONGEST_OFFLINE_S:
            raise BadValue(
                "control", key="seconds", detail=f"{seconds}, above 0, at most {LONGEST_OFFLINE_S}"
            )
        gate.shut(seconds)
        return {"last_seq": outbox.last_seq}

    async def reload(_: Mapping[str, Any]) -> dict[str, Any]:
        file.ask()
        return {}

    return {"status": status, "offline": offline, "reload": reload}


def installed() -> str:
    """The version of this software."""
    for name in ("civicwatt-edge", "civicwatt"):
        with suppress(PackageNotFoundError):
            return version(name)
    return "0"


async def _outbox(
    outbox: Outbox, clock: Clock, catalogues: Mapping[str, Catalogue], upstreams: Collection[str]
) -> dict[str, Any]:
    """Rows and room; lag_s: age of the oldest record that some upstream has not acknowledged."""
    health = await outbox.health()
    oldest = [one for name in upstreams for one in await outbox.backlog(0, 1, name)]
    slots = [decode_record(one.body, catalogues[peek(one.body)[2]]).slot_us for one in oldest]
    return {
        "waiting": max(health.waiting.values(), default=0),
        "lag_s": round(max((clock.now_us() - slot_us) / 1_000_000 for slot_us in slots), 1) if slots else 0.0,
        "used": health.used,
        "quota": health.quota,
        "free": health.free,
        "error": health.error,
        "dropped": health.dropped,
        "thinned": health.thinned,
        "lost": health.lost,
    }


def _upstream(name: str, uplink: Uplink, gate: Gate) -> dict[str, Any]:
    connected = uplink.connected and not gate.shut_s
    return {"name": name, "connected": connected, "reason": "" if uplink.down is None else str(uplink.down)}
