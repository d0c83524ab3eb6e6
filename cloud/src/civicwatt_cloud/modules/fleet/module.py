"""The manifest of the module."""

from civicwatt_cloud.kit.records.entity import Module
from civicwatt_cloud.modules.fleet import api, forwarded, watch
from civicwatt_cloud.modules.fleet.entities import FENCE, PERMIT, STOP, TRIP, VEHICLE, VEHICLE_EVENT

MODULE = Module(
    key="fleet",
    zh="公务用车",
    en="Official vehicles",
    entities=(VEHICLE, FENCE, PERMIT, TRIP, STOP, VEHICLE_EVENT),
    routers=(api.router, forwarded.router),
    jobs=(watch.JOB,),
)
