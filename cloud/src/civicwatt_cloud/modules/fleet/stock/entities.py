"""The entities of the stock, in the order of the menu."""

from civicwatt_cloud.modules.fleet.stock.disposal import DISPOSAL
from civicwatt_cloud.modules.fleet.stock.exemptions import EXEMPTION
from civicwatt_cloud.modules.fleet.stock.purchase import PLAN
from civicwatt_cloud.modules.fleet.stock.quotas import QUOTA
from civicwatt_cloud.modules.fleet.stock.seal_orders import SEAL_ORDER
from civicwatt_cloud.modules.fleet.stock.suppliers import SUPPLIER
from civicwatt_cloud.modules.fleet.stock.violations import VIOLATION

ENTITIES = (VIOLATION, QUOTA, PLAN, DISPOSAL, EXEMPTION, SEAL_ORDER, SUPPLIER)
