"""What institutions used: figures with their basis, live load, lineage down to the readings."""

from civicwatt_cloud.modules.energy import mergers  # noqa: F401 - hears of them
