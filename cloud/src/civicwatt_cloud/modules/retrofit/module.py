"""The manifest of the module."""

from civicwatt_cloud.kit.records.entity import Module, Section, entities_of
from civicwatt_cloud.modules.retrofit import api
from civicwatt_cloud.modules.retrofit.entities import ADJUSTMENT, BASELINE, PROJECT, SETTLEMENT

SECTIONS = (Section("节能改造", "retrofit", (PROJECT, BASELINE, ADJUSTMENT, SETTLEMENT)),)
MODULE = Module(
    key="retrofit",
    zh="节能改造",
    en="Retrofit",
    entities=entities_of(SECTIONS),
    sections=SECTIONS,
    routers=(api.router,),
)
