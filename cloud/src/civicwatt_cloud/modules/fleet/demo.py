"""Vehicles of the demo city: where they have been, and what they were sent for."""

from collections.abc import Sequence

from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.records.registry import Context
from civicwatt_cloud.modules.fleet import demo_positions, demo_use


def fill(context: Context, city: Sequence[Institution]) -> None:
    """Positions first: orders are compared with them."""
    demo_positions.fill(context, city)
    demo_use.fill(context, city)
