"""The administrative modules of this installation, in the order of the menu."""

from civicwatt_cloud.kit.records.entity import Module
from civicwatt_cloud.modules.anomalies import module as anomalies
from civicwatt_cloud.modules.certification import module as certification
from civicwatt_cloud.modules.fleet import module as fleet
from civicwatt_cloud.modules.housing import module as housing
from civicwatt_cloud.modules.org import module as org
from civicwatt_cloud.modules.pv import module as pv
from civicwatt_cloud.modules.retrofit import module as retrofit
from civicwatt_cloud.modules.returns import module as returns
from civicwatt_cloud.modules.targets import module as targets
from civicwatt_cloud.modules.upkeep import module as upkeep

MODULES: tuple[Module, ...] = (
    org.MODULE,
    housing.MODULE,
    fleet.MODULE,
    upkeep.MODULE,
    returns.MODULE,
    pv.MODULE,
    retrofit.MODULE,
    anomalies.MODULE,
    certification.MODULE,
    targets.MODULE,
)
