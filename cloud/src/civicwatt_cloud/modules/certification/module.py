"""The manifest of the module."""

from civicwatt_cloud.kit.records.entity import Job, Module, Section, entities_of
from civicwatt_cloud.modules.certification import api, jobs, papers_api
from civicwatt_cloud.modules.certification.entities import ANSWER, CERTIFICATION, DRAW, ITEM, SCHEME

WATCH_S = 6 * 3600  # how often it looks [engineering default]

SECTIONS = (
    Section("创建与认证", "certification", (CERTIFICATION, ANSWER, DRAW)),
    Section("评价标准", "schemes", (SCHEME, ITEM)),
)
MODULE = Module(
    key="certification",
    zh="创建评价",
    en="Certification",
    entities=entities_of(SECTIONS),
    sections=SECTIONS,
    routers=(api.router, papers_api.router),
    jobs=(Job("certification_unratable", WATCH_S, jobs.unratable),),
)
