"""The manifest of the module."""

from civicwatt_cloud.kit.records.entity import Module
from civicwatt_cloud.modules.fleet import (
    api,
    forwarded,
    live_api,
    risks,
    rosters,
    seal_orders,
    stock_api,
    stock_exports,
    stock_measures,
    use_api,
    use_measures,
    watch,
)
from civicwatt_cloud.modules.fleet.entities import FENCE, PERMIT, STOP, TRIP, VEHICLE, VEHICLE_EVENT
from civicwatt_cloud.modules.fleet.stock_entities import ENTITIES as STOCK
from civicwatt_cloud.modules.fleet.use_entities import ENTITIES as USE

MODULE = Module(
    key="fleet",
    zh="公务用车",
    en="Official vehicles",
    entities=(VEHICLE, *USE, FENCE, PERMIT, TRIP, STOP, VEHICLE_EVENT, *STOCK),
    routers=(
        api.router,
        live_api.router,
        forwarded.router,
        stock_api.router,
        stock_exports.router,
        use_api.router,
    ),
    jobs=(watch.JOB, seal_orders.JOB, risks.JOB, rosters.JOB),
    indicators=(*stock_measures.INDICATORS, *use_measures.INDICATORS),
)
