"""The manifest of the module."""

from civicwatt_cloud.kit.records.entity import Module
from civicwatt_cloud.modules.returns import api, correcting, files_api
from civicwatt_cloud.modules.returns.entities import ENTITIES

MODULE = Module(
    key="returns",
    zh="统计填报",
    en="Returns",
    entities=ENTITIES,
    routers=(api.router, files_api.router),
    jobs=(correcting.JOB,),
)
