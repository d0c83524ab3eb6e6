"""Drivers, and the pools that lend vehicles to several institutions."""

from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.modules.fleet.entities import KEEPERS, READERS
from civicwatt_cloud.modules.fleet.use_models import Driver, Pool

DISPATCHERS = KEEPERS | {Role.DISPATCHER}

POOL = Entity(
    "vehicle_pool",
    "pools",
    Pool,
    "用车平台",
    "pool",
    "name",
    read=READERS,
    write=frozenset({Role.FLEET_MANAGER}),
    filters=("kind",),
    natural_key=("name",),
)
DRIVER = Entity(
    "driver",
    "drivers",
    Driver,
    "驾驶员",
    "driver",
    "name",
    read=READERS,
    write=DISPATCHERS,
    columns=("number", "name", "employer", "licence", "licence_until", "points"),
    filters=("employer", "licence", "licence_until", "points"),
    searched=("number", "name"),
    natural_key=("number",),
    sees_personal=DISPATCHERS,
)
