"""The manifest of the module."""

from civicwatt_cloud.kit.records.entity import Job, Module, Section, entities_of
from civicwatt_cloud.modules.upkeep import api, jobs
from civicwatt_cloud.modules.upkeep.entities import (
    ACCESS_EVENT,
    CREDENTIAL,
    CREW,
    LABOUR,
    SERVICE_POINT,
    SHIFT,
    TICKET,
    VISITOR,
    WORKER,
)
from civicwatt_cloud.modules.upkeep.equipment_entities import DRILL, EQUIPMENT, HAZARD, PART, PLAN
from civicwatt_cloud.modules.upkeep.indicators import INDICATORS

MINUTE_S, HOUR_S = 60, 3600  # how often it looks [engineering default]

SECTIONS = (
    Section("维修工作", "repairs", (TICKET, LABOUR, SERVICE_POINT)),
    Section("设备与安全", "equipment and safety", (EQUIPMENT, PLAN, PART, HAZARD, DRILL)),
    Section("维修队伍", "crews", (CREW, WORKER, SHIFT)),
    Section("门禁来访", "gate and visitors", (VISITOR, CREDENTIAL, ACCESS_EVENT)),
)
MODULE = Module(
    key="upkeep",
    zh="报修与安全",
    en="Upkeep",
    entities=entities_of(SECTIONS),
    sections=SECTIONS,
    routers=(api.router,),
    jobs=(
        Job("upkeep_confirm", HOUR_S, jobs.confirm),
        Job("upkeep_escalate", MINUTE_S, jobs.escalate),
        Job("upkeep_certificates", HOUR_S, jobs.certificates),
        Job("upkeep_hazards", HOUR_S, jobs.hazards),
        Job("upkeep_plans", HOUR_S, jobs.plans),
    ),
    indicators=INDICATORS,
)
