"""Places among peers, type × level × region: an interval on every score and place, ties shown as ties."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from civicwatt_cloud.analysis.benchmarking import errors_in, ranks, scores
from civicwatt_cloud.analysis.benchmarking.scores import Withheld
from civicwatt_cloud.modules.targets.choices import Indicator
from civicwatt_cloud.modules.targets.tree import Tree
from civicwatt_protocols.quantity import MICRO

if TYPE_CHECKING:
    from civicwatt_cloud.modules.targets.evaluate import Row

# Relative standard errors of what an intensity is made from [engineering defaults]: meters of class 1 with
# transformers of class 0.5, in a normal distribution a third of what both may show; heads and areas as they
# are kept in registers; how far a missing part of a year may be from its like.
METER, DENOMINATOR, MISSING = 0.006, 0.02, 0.3
CITY = 4  # characters of a division's code that name its city


def rank(rows: Sequence["Row"], tree: Tree, least: float) -> None:
    """Score and place the institutions by each indicator within their peer group."""
    regions = {one.id: one.region_code[:CITY] for one in tree.institutions}
    for indicator in Indicator:
        mine = [row for row in rows if row.indicator == indicator.value and row.institution_id is not None]
        if mine:
            _rank(mine, [f"{row.kind}/{row.level}/{regions[row.institution_id or 0]}" for row in mine], least)


def _rank(rows: Sequence["Row"], groups: Sequence[str], least: float) -> None:
    _, group = np.unique(np.array(groups), return_inverse=True)
    values = np.array([np.nan if row.actual is None else row.actual / MICRO for row in rows])
    completeness = np.array([(row.completeness or 0) / MICRO for row in rows])
    missing = errors_in.of_completeness(np.maximum(completeness, least), MISSING)
    errors = errors_in.combined(METER, DENOMINATOR, missing)
    groups_ = group.astype(np.int64)
    scored = scores.scores(values, groups_, errors, completeness, least_completeness=least)
    placed = ranks.ranks(values, groups_, errors, completeness, least_completeness=least)
    for at, row in enumerate(rows):
        row.peers = int(scored.peers[at])
        row.withheld = Withheld(int(placed.withheld[at] or scored.withheld[at])).name.lower()
        if not placed.withheld[at]:
            row.place, row.tied = int(placed.place[at]), int(placed.tied[at])
            row.order_low, row.order_high = int(placed.low[at]), int(placed.high[at])
        if not scored.withheld[at]:
            row.score, row.score_low, row.score_high = (
                round(float(one[at]) * MICRO) for one in (scored.score, scored.low, scored.high)
            )
