"""The menu of the module: which kinds of records are worked on together."""

from civicwatt_cloud.kit.records.entity import Section
from civicwatt_cloud.modules.fleet.entities import FENCE, PERMIT, VEHICLE
from civicwatt_cloud.modules.fleet.positions.entities import STOP, TRIP, VEHICLE_EVENT
from civicwatt_cloud.modules.fleet.stock.disposal import DISPOSAL
from civicwatt_cloud.modules.fleet.stock.exemptions import EXEMPTION
from civicwatt_cloud.modules.fleet.stock.purchase import PLAN
from civicwatt_cloud.modules.fleet.stock.quotas import QUOTA
from civicwatt_cloud.modules.fleet.stock.seal_orders import SEAL_ORDER
from civicwatt_cloud.modules.fleet.stock.suppliers import SUPPLIER
from civicwatt_cloud.modules.fleet.stock.violations import VIOLATION
from civicwatt_cloud.modules.fleet.use.rental import QUOTE
from civicwatt_cloud.modules.fleet.use.requests import REQUEST
from civicwatt_cloud.modules.fleet.use.risks import RISK
from civicwatt_cloud.modules.fleet.use.rosters import DRIVER, DUTY, POOL
from civicwatt_cloud.modules.fleet.use.sharing import PILE, SESSION, SITE
from civicwatt_cloud.modules.fleet.use.tally import CAMPAIGN
from civicwatt_cloud.modules.fleet.use.traffic import TRAFFIC

SECTIONS = (
    Section("车辆管理", "vehicles and stock", (VEHICLE, QUOTA, PLAN, DISPOSAL, EXEMPTION, SUPPLIER)),
    Section("用车调度", "use and dispatch", (REQUEST, DRIVER, POOL, DUTY, CAMPAIGN)),
    Section("行驶轨迹", "movement", (TRIP, STOP, VEHICLE_EVENT, FENCE)),
    Section("违规监管", "supervision", (VIOLATION, RISK, TRAFFIC, SEAL_ORDER, PERMIT)),
    Section("租赁充电", "rental and charging", (SESSION, SITE, QUOTE, PILE)),
)
