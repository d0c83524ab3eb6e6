"""The entities of the use of vehicles, in the order of the menu."""

from civicwatt_cloud.modules.fleet.rental import QUOTE
from civicwatt_cloud.modules.fleet.requests import REQUEST
from civicwatt_cloud.modules.fleet.risks import RISK
from civicwatt_cloud.modules.fleet.rosters import DRIVER, DUTY, POOL
from civicwatt_cloud.modules.fleet.sharing import PILE, SESSION, SITE
from civicwatt_cloud.modules.fleet.tally import CAMPAIGN

ENTITIES = (REQUEST, DRIVER, POOL, DUTY, CAMPAIGN, RISK, QUOTE, SESSION, SITE, PILE)
