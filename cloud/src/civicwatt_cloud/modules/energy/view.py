"""What a request of the energy pages looks at."""

from dataclasses import dataclass

from civicwatt_cloud.timeseries.figures import usage
from civicwatt_cloud.timeseries.stores.readings import ReadingsStore


@dataclass(frozen=True, slots=True)
class View(usage.View):
    """The ledger as figures see it, and the readings beside it."""

    store: ReadingsStore
