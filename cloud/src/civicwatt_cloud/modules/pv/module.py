"""The manifest of the module."""

from civicwatt_cloud.kit.records.entity import Job, Module
from civicwatt_cloud.modules.pv import api, clear_sky, jobs
from civicwatt_cloud.modules.pv.entities import FINDING, IRRADIATION, PLANT

WATCH_S = 6 * 3600  # how often it looks [engineering default]: a day's readings are there in the evening
SKY_S = 600

MODULE = Module(
    key="pv",
    zh="光伏",
    en="PV",
    entities=(PLANT, FINDING, IRRADIATION),
    routers=(api.router,),
    jobs=(Job("pv_watch", WATCH_S, jobs.watch), Job("pv_clear_sky", SKY_S, clear_sky.expect)),
)
