"""The entities of the stock, in the order of the menu."""

from civicwatt_cloud.modules.fleet.disposal import DISPOSAL
from civicwatt_cloud.modules.fleet.exemptions import EXEMPTION
from civicwatt_cloud.modules.fleet.purchase import PLAN
from civicwatt_cloud.modules.fleet.quotas import QUOTA
from civicwatt_cloud.modules.fleet.seal_orders import SEAL_ORDER
from civicwatt_cloud.modules.fleet.suppliers import SUPPLIER
from civicwatt_cloud.modules.fleet.traffic import TRAFFIC
from civicwatt_cloud.modules.fleet.violations import VIOLATION

ENTITIES = (VIOLATION, QUOTA, PLAN, DISPOSAL, EXEMPTION, SEAL_ORDER, TRAFFIC, SUPPLIER)
