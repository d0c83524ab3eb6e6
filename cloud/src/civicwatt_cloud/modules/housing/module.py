"""The manifest of the module."""

from civicwatt_cloud.kit.records.entity import Module
from civicwatt_cloud.modules.housing import api, estate, exports, leasing, repairs
from civicwatt_cloud.modules.housing.allocation import ALLOCATION
from civicwatt_cloud.modules.housing.disposal import DISPOSAL
from civicwatt_cloud.modules.housing.findings import FINDING
from civicwatt_cloud.modules.housing.measures import INDICATORS
from civicwatt_cloud.modules.housing.titles import TITLE
from civicwatt_cloud.modules.housing.vacating import VACATE_TASK

MODULE = Module(
    key="housing",
    zh="办公用房",
    en="Office space",
    entities=(
        *estate.ENTITIES,
        ALLOCATION,
        VACATE_TASK,
        leasing.LEASE_IN,
        leasing.LEASE_OUT,
        DISPOSAL,
        *repairs.ENTITIES,
        TITLE,
        FINDING,
    ),
    routers=(api.router, exports.router),
    jobs=(leasing.JOB,),
    indicators=INDICATORS,
)
