"""What the positions of vehicles tell, as lists to read: trips, stops, events."""

from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.modules.fleet.entities import WATCHERS
from civicwatt_cloud.modules.fleet.positions.models import Stop, Trip, VehicleEvent

TRIP = Entity(
    "trip",
    "trips",
    Trip,
    "行程",
    "trip",
    "started_us",
    read=WATCHERS,
    filters=("vehicle_id", "started_us"),
    sees_personal=WATCHERS,
)
STOP = Entity(
    "stop",
    "stops",
    Stop,
    "停车",
    "stop",
    "started_us",
    read=WATCHERS,
    filters=("vehicle_id", "started_us"),
    sees_personal=WATCHERS,
)
VEHICLE_EVENT = Entity(
    "vehicle_event",
    "vehicle-events",
    VehicleEvent,
    "车辆事件",
    "vehicle event",
    "kind",
    read=WATCHERS,
    columns=("vehicle_id", "kind", "at_us", "is_violation", "fence_id", "distance_m", "severity"),
    filters=("vehicle_id", "kind", "at_us", "is_violation", "fence_id", "severity"),
)
