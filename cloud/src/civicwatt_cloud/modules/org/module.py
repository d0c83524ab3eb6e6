"""The manifest of the module."""

from civicwatt_cloud.kit.records.entity import Module
from civicwatt_cloud.modules.org import api, exports
from civicwatt_cloud.modules.org.entities import EVENT, LIAISON, ORG_CHANGE, PERSON, POST, PROFILE

MODULE = Module(
    key="org",
    zh="机构人员",
    en="Organisation",
    entities=(PROFILE, PERSON, POST, EVENT, LIAISON, ORG_CHANGE),
    routers=(api.router, exports.router),
    reports=exports.REPORTS,
)
