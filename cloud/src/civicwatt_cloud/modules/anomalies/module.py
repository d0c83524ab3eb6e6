"""The manifest of the module."""

from civicwatt_cloud.kit.records.entity import Job, Module
from civicwatt_cloud.modules.anomalies import api, jobs
from civicwatt_cloud.modules.anomalies.entities import CASE, FINDING, REVIEW

MINUTE_S, HOUR_S = 60, 3600  # how often it looks [engineering default]; hours are judged once

MODULE = Module(
    key="anomalies",
    zh="用能异常",
    en="Anomalies",
    entities=(CASE, FINDING, REVIEW),
    routers=(api.router,),
    jobs=(
        Job("anomalies_watch", MINUTE_S, jobs.watch),
        Job("anomalies_review", MINUTE_S, jobs.look_back),
        Job("anomalies_verify", HOUR_S, jobs.verify),
    ),
)
