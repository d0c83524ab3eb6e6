"""Whether there is something before: asked so that no store looks through years for it."""

from collections.abc import Sequence

from civicwatt_cloud.timeseries.stores.readings import DAY_US, ReadingsStore

_BACK_US = (DAY_US, 32 * DAY_US)  # nearly every point tells within a day; then everything is looked at


def with_value_before(store: ReadingsStore, points: Sequence[int], before_us: int) -> set[int]:
    """Those of the points that have a value in [0, before)."""
    found: set[int] = set()
    end_us = before_us
    for back_us in (*_BACK_US, before_us):
        start_us = max(0, before_us - back_us)
        rest = [point for point in points if point not in found]
        if rest and start_us < end_us:
            found.update(store.buckets(rest, start_us, end_us, end_us - start_us).point.tolist())
        end_us = start_us
    return found
