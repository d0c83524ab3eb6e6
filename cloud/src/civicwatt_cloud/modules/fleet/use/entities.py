"""The entities of the use of vehicles, in the order of the menu."""

from civicwatt_cloud.modules.fleet.use.rental import QUOTE
from civicwatt_cloud.modules.fleet.use.requests import REQUEST
from civicwatt_cloud.modules.fleet.use.risks import RISK
from civicwatt_cloud.modules.fleet.use.rosters import DRIVER, DUTY, POOL
from civicwatt_cloud.modules.fleet.use.sharing import PILE, SESSION, SITE
from civicwatt_cloud.modules.fleet.use.tally import CAMPAIGN
from civicwatt_cloud.modules.fleet.use.traffic import TRAFFIC

ENTITIES = (REQUEST, DRIVER, POOL, DUTY, CAMPAIGN, RISK, TRAFFIC, QUOTE, SESSION, SITE, PILE)
