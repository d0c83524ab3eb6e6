"""The manifest of the module."""

from civicwatt_cloud.kit.records.entity import Module, entities_of
from civicwatt_cloud.modules.fleet.menu import SECTIONS
from civicwatt_cloud.modules.fleet.positions import api, forwarded, live_api, watch
from civicwatt_cloud.modules.fleet.stock import api as stock_api
from civicwatt_cloud.modules.fleet.stock import exports as stock_exports
from civicwatt_cloud.modules.fleet.stock import measures as stock_measures
from civicwatt_cloud.modules.fleet.stock import seal_orders
from civicwatt_cloud.modules.fleet.use import api as use_api
from civicwatt_cloud.modules.fleet.use import measures as use_measures
from civicwatt_cloud.modules.fleet.use import risks, rosters

MODULE = Module(
    key="fleet",
    zh="公务用车",
    en="Official vehicles",
    entities=entities_of(SECTIONS),
    sections=SECTIONS,
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
    reports=stock_exports.REPORTS,
)
