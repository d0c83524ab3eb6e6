"""How many alarms people are asked to look at: the dearest ones, up to a budget."""

import math
from collections.abc import Sequence

BUILDING_MONTH = 0.5  # [engineering default] alarms for each building and month


def chosen(worth: Sequence[float], building_months: float, budget: float = BUILDING_MONTH) -> list[int]:
    """Which alarms are shown, dearest first: places in `worth` [yuan, or what stands for it].

    The rest are kept and counted, not shown. Of two that are worth the same the earlier comes first.
    """
    most = math.floor(budget * building_months)
    return sorted(range(len(worth)), key=lambda at: (-worth[at], at))[:most]
