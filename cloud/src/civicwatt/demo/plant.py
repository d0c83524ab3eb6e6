"""The files of a simulated city: scenario, gateways' configurations, directory and meter list."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from civicwatt.demo.broker import broker
from civicwatt.demo.processes import Process, civicwatt, free_port
from civicwatt_cloud.modules.fleet.demo.roads import GROUND
from civicwatt_protocols.clock import Clock
from civicwatt_sim.scenario import City, Dated, Institution, write_city

DIRECTORY_COLUMNS = [
    "单位编码",
    "单位名称",
    "单位类型",
    "层级",
    "区划代码",
    "区划名称",
    "楼栋编码",
    "楼栋名称",
    "建筑面积",
    "面积起始",
    "面积依据",
    "用能人数",
    "人数起始",
    "人数依据",
]
METER_COLUMNS = ["网关", "设备", "名称", "模板", "楼栋编码", "分项", "启用日期"]

GATEWAY = """\
[gateway]
id = "{id}"
division = "{division}"
data = "{data}"

[broker]
host = "127.0.0.1"
port = {port}
"""
BUS = """
[[bus]]
name = "b{number}"
url = "tcp://127.0.0.1:{port}"
timeout_ms = 1000
"""
DEVICE = """
[[bus.device]]
id = "{device}"
unit = {unit}
template = "{template}"
interval_s = {interval_s}
"""
CLOUD = """\
data_dir = "{data}"
mqtt_port = {mqtt_port}
http_port = {http_port}
clock = "{clock}"
map_ground = "{ground}"
demo = true
"""


@dataclass(frozen=True)
class Plant:
    """A simulated city in a folder, and the ports its parts meet on."""

    city: City
    folder: Path
    clock: Clock
    interval_s: int
    broker_port: int
    bus_port: int
    web_port: int

    @classmethod
    def lay_out(cls, city: City, folder: Path, clock: Clock, interval_s: int, web_port: int) -> "Plant":
        """Choose free ports and write every part's files."""
        buses = 1 + max(meter.bus for _, _, meter in city.meters())
        plant = cls(city, folder, clock, interval_s, free_port(), free_port(buses), web_port)
        write_city(city, plant.scenario)
        for gateway in plant.gateways:
            plant.gateway_config(gateway).write_text(_gateway_toml(plant, gateway))
        plant.cloud_config.write_text(
            CLOUD.format(
                data=plant.registry.parent,
                mqtt_port=plant.broker_port,
                http_port=web_port,
                clock=clock,
                ground=GROUND,
            )
        )
        _write_csv(plant.directory, DIRECTORY_COLUMNS, _directory_rows(city))
        _write_csv(plant.meter_list, METER_COLUMNS, _meter_rows(city))
        return plant

    @property
    def scenario(self) -> Path:
        """The simulator's scenario file."""
        return self.folder / "city.json"

    @property
    def truth(self) -> Path:
        """The truth ledger: what the simulated meters served."""
        return self.folder / "truth.jsonl"

    @property
    def directory(self) -> Path:
        """The directory of institutions and buildings (名录), as a user would import it."""
        return self.folder / "名录.csv"

    @property
    def meter_list(self) -> Path:
        """The meters with building and end use (表计), as a user would import it."""
        return self.folder / "表计.csv"

    @property
    def cloud_config(self) -> Path:
        """The cloud's configuration file."""
        return self.folder / "cloud.toml"

    @property
    def registry(self) -> Path:
        """The cloud's database of registry, ledger and accounts."""
        return self.folder / "cloud" / "civicwatt.sqlite"

    @property
    def readings(self) -> Path:
        """The cloud's readings store."""
        return self.folder / "cloud" / "readings.duckdb"

    @property
    def bus_ports(self) -> list[int]:
        """The ports of the simulated buses."""
        return sorted({self.bus_port + meter.bus for _, _, meter in self.city.meters()})

    def outbox(self, gateway: str) -> Path:
        """One gateway's outbox."""
        return self.gateway_data(gateway) / "outbox.db"

    @property
    def gateways(self) -> list[str]:
        """The gateways' names."""
        return sorted({meter.gateway for _, _, meter in self.city.meters()})

    def gateway_config(self, gateway: str) -> Path:
        """The configuration file of one gateway."""
        return self.folder / f"{gateway}.toml"

    def gateway_data(self, gateway: str) -> Path:
        """The folder where one gateway keeps its outbox."""
        return self.folder / gateway

    def broker(self) -> Process:
        """The broker's process."""
        return broker(self.folder, self.broker_port)

    def simulator(self, *options: str) -> Process:
        """The simulated meters' process."""
        arguments = ["--city", str(self.scenario), "--clock", str(self.clock), "--port", str(self.bus_port)]
        return Process(
            "simulator", civicwatt("sim", "run", *arguments, *options), self.folder / "simulator.log"
        )

    def cloud(self) -> Process:
        """The cloud's process: ingest, store, ledger, pages."""
        command = civicwatt("cloud", "serve", "--config", str(self.cloud_config))
        return Process("cloud", command, self.folder / "cloud.log")

    def gateway(self, name: str) -> Process:
        """One gateway's process."""
        arguments = ["--config", str(self.gateway_config(name)), "--clock", str(self.clock)]
        return Process(name, civicwatt("edge", "run", *arguments), self.folder / f"{name}.log")


def _gateway_toml(plant: Plant, gateway: str) -> str:
    parts = [
        GATEWAY.format(
            id=gateway,
            division=plant.city.division,
            data=plant.gateway_data(gateway),
            port=plant.broker_port,
        )
    ]
    meters = [meter for _, _, meter in plant.city.meters() if meter.gateway == gateway]
    for number in sorted({meter.bus for meter in meters}):
        parts.append(BUS.format(number=number, port=plant.bus_port + number))
        parts += [
            DEVICE.format(
                device=meter.device, unit=meter.unit, template=meter.template, interval_s=plant.interval_s
            )
            for meter in meters
            if meter.bus == number
        ]
    return "".join(parts)


def _directory_rows(city: City) -> Iterable[list[object]]:
    """One row for each dated floor area and each dated head count."""
    for institution in city.institutions:
        about: list[object] = [
            institution.code, institution.name, institution.kind.zh, institution.level,
            city.division, city.name,
        ]  # fmt: skip
        for building in institution.buildings:
            for area in building.areas:
                heads = _starting_with(institution, building.code, area)
                yield [*about, building.code, building.name, area.value, area.valid_from, area.source, *heads]
        for heads_later in institution.heads[1:]:
            yield [*about, "", "", "", "", "", *_cells(heads_later)]


def _starting_with(institution: Institution, building: str, area: Dated) -> list[object]:
    """The first head count goes beside the first area of the first building."""
    first = institution.buildings[0]
    if institution.heads and (building, area) == (first.code, first.areas[0]):
        return _cells(institution.heads[0])
    return ["", "", ""]


def _cells(dated: Dated) -> list[object]:
    return [dated.value, dated.valid_from, dated.source]


def _meter_rows(city: City) -> Iterable[list[object]]:
    since: date = city.installed
    for _, building, meter in city.meters():
        yield [
            meter.gateway, meter.device, meter.name, meter.template, building.code, meter.end_use.zh, since
        ]  # fmt: skip


def _write_csv(path: Path, columns: list[str], rows: Iterable[list[object]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)
