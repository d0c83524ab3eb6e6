"""Vehicles of the demo city: where they have been, what they were sent for, what they cost."""

from collections.abc import Sequence

from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.modules.fleet.demo import positions as demo_positions
from civicwatt_cloud.modules.fleet.demo import stock as demo_stock
from civicwatt_cloud.modules.fleet.demo import use as demo_use


def fill(context: Context, city: Sequence[Institution]) -> None:
    """Positions first: orders are compared with them; quotas are for all that is there in the end."""
    demo_positions.fill(context, city)
    demo_use.fill(context, city)
    demo_stock.fill(context, city)
