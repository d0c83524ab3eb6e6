"""From a bus's configuration to the bus: the one place that knows every transport."""

from typing import Protocol, cast

from civicwatt_edge.bus.frame_line import Connect, FrameLine, Pauses, connect_tcp
from civicwatt_edge.bus.modbus_tcp import ModbusTcp
from civicwatt_edge.bus.read_only import check_cjt188, check_dlt645
from civicwatt_edge.bus_url import BusProtocol
from civicwatt_edge.config import BusConfig
from civicwatt_protocols import templates
from civicwatt_protocols.errors import BadValue


class Bus(Protocol):
    """What a poller holds; the questions of its devices know the rest."""

    def close(self) -> None:
        """Let go of the connection."""


class ModbusBus(Bus, Protocol):
    """A bus of Modbus devices, by TCP or on a line."""

    async def read(self, unit: int, function: int, address: int, count: int) -> bytes:
        """The bytes of registers, as they came. Raises DeviceRefused, DeviceTimeout, FrameError, OSError."""


def open_modbus(bus: BusConfig) -> ModbusBus:
    """A bus that registers are read on, not yet connected. Raises BadValue."""
    if bus.where.protocol.of_templates != "modbus":
        raise BadValue(bus.url, key="url", detail="not a Modbus bus")
    return cast("ModbusBus", open_bus(bus))


def open_bus(bus: BusConfig) -> Bus:
    """The bus, not yet connected; the first request does that."""
    where, timeout_s = bus.where, bus.timeout_ms / 1000
    delays_ms = [templates.load(device.template).bus.connect_delay_ms for device in bus.device]
    connect_delay_s = max(delays_ms, default=0) / 1000
    if where.protocol is BusProtocol.MODBUS_TCP:
        return ModbusTcp(where.host, where.port, timeout_s, connect_delay_s)
    connect, pauses = _way(bus, connect_delay_s)
    if where.protocol is BusProtocol.MODBUS_RTU:
        from civicwatt_edge.bus.modbus_rtu import ModbusRtu  # noqa: PLC0415 - pymodbus only where it is needed

        return ModbusRtu(bus.url, connect, timeout_s, pauses)
    check = check_dlt645 if where.protocol is BusProtocol.DLT645 else check_cjt188
    return FrameLine(bus.url, connect, check, timeout_s, pauses)


def _way(bus: BusConfig, connect_delay_s: float) -> tuple[Connect, Pauses]:
    where = bus.where
    if not where.is_serial:
        return connect_tcp(where.host, where.port), Pauses(connect_delay_s)
    from civicwatt_edge.bus.modbus_rtu import connect_serial, pause_s  # noqa: PLC0415 - as above

    baud, parity, stop_bits = bus.serial
    return connect_serial(where.path, baud, parity, stop_bits), Pauses(connect_delay_s, pause_s(baud))
