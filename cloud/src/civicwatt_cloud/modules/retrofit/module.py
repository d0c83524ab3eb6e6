"""The manifest of the module."""

from civicwatt_cloud.kit.records.entity import Module, Section, entities_of
from civicwatt_cloud.modules.retrofit import api
from civicwatt_cloud.modules.retrofit.entities import ADJUSTMENT, BASELINE, PROJECT, SETTLEMENT
from civicwatt_cloud.modules.retrofit.rectification import NOTICE
from civicwatt_cloud.modules.retrofit.waste import BIN, CAMPAIGN, CAR_PARK, COLLECTION, INDICATORS, RECYCLER

SECTIONS = (
    Section("节能改造", "retrofit", (PROJECT, BASELINE, ADJUSTMENT, SETTLEMENT)),
    Section("节能整改", "rectification", (NOTICE,)),
    Section("垃圾分类", "waste sorting", (COLLECTION, BIN, RECYCLER)),
    Section("充电桩与宣传", "charging piles and campaigns", (CAR_PARK, CAMPAIGN)),
)
MODULE = Module(
    key="retrofit",
    zh="节能改造",
    en="Retrofit",
    entities=entities_of(SECTIONS),
    sections=SECTIONS,
    routers=(api.router,),
    indicators=INDICATORS,
)
