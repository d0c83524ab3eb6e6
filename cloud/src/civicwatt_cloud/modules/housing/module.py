"""The manifest of the module."""

from civicwatt_cloud.kit.records.entity import Module, Section, entities_of
from civicwatt_cloud.modules.housing import api, exports, leasing
from civicwatt_cloud.modules.housing.allocation import ALLOCATION
from civicwatt_cloud.modules.housing.disposal import DISPOSAL
from civicwatt_cloud.modules.housing.estate import BUILDING, ESTABLISHMENT, FLOOR, OCCUPANCY, ROOM, YARD
from civicwatt_cloud.modules.housing.findings import FINDING
from civicwatt_cloud.modules.housing.leasing import LEASE_IN, LEASE_OUT
from civicwatt_cloud.modules.housing.measures import INDICATORS
from civicwatt_cloud.modules.housing.repairs import EXPERT, LINE, PRICE, PROJECT
from civicwatt_cloud.modules.housing.titles import TITLE
from civicwatt_cloud.modules.housing.vacating import VACATE_TASK

SECTIONS = (
    Section("房产台账", "estate", (YARD, BUILDING, FLOOR, ROOM, TITLE)),
    Section("使用管理", "use", (OCCUPANCY, ESTABLISHMENT, FINDING)),
    Section(
        "调配与处置", "allocation and disposal", (ALLOCATION, VACATE_TASK, LEASE_IN, LEASE_OUT, DISPOSAL)
    ),
    Section("维修管理", "repair works", (PROJECT, LINE, PRICE, EXPERT)),
)
MODULE = Module(
    key="housing",
    zh="办公用房",
    en="Office space",
    entities=entities_of(SECTIONS),
    sections=SECTIONS,
    routers=(api.router, exports.router),
    jobs=(leasing.JOB,),
    indicators=INDICATORS,
    reports=exports.REPORTS,
)
