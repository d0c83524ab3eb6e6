"""The manifest of the module."""

from civicwatt_cloud.kit.records.entity import Job, Module, Section, entities_of
from civicwatt_cloud.modules.targets import api, jobs
from civicwatt_cloud.modules.targets.entities import (
    APPEAL,
    DESIGNATION,
    EXEMPTION,
    PLAN,
    QUOTA,
    SEPARABLE,
    STATED,
    TARGET,
)

HOUR_S = 3600  # how often it looks whether a day has passed [engineering default]

SECTIONS = (
    Section("目标", "targets", (PLAN, TARGET, STATED)),
    Section("定额", "quotas", (QUOTA, SEPARABLE, EXEMPTION, DESIGNATION)),
    Section("申诉", "appeals", (APPEAL,)),
)
MODULE = Module(
    key="targets",
    zh="目标与定额",
    en="Targets",
    entities=entities_of(SECTIONS),
    sections=SECTIONS,
    routers=(api.router,),
    jobs=(Job("targets_daily", HOUR_S, jobs.daily),),
)
