"""A year of hours of many kinds of buildings, with faults that are known."""

import numpy as np
import pytest

from civicwatt_sim.hourly import ARCHETYPES, HELD_OUT, FaultSort, meter


@pytest.mark.parametrize("archetype", ARCHETYPES)
def test_the_same_seed_gives_the_same_meter_and_its_faults_are_where_the_truth_says(archetype: str) -> None:
    one, again = meter(archetype, 0, 11), meter(archetype, 0, 11)
    np.testing.assert_array_equal(one.value, again.value)
    assert one.truth == again.truth
    there = ~np.isnan(one.value)
    changed = there & (one.value != one.sound)
    assert not (changed & ~one.faulty()).any()
    assert len(one.value) == 365 * 24
    assert np.nanmedian(np.abs(one.sound)) > 0


@pytest.mark.parametrize("sort", [sort for sort in FaultSort if sort is not FaultSort.MISSING])
def test_each_sort_of_fault_changes_what_the_meter_shows(sort: FaultSort) -> None:
    tried = (meter("office", number, 5, faults=2, sorts=(sort,)) for number in range(9))
    one = next(made for made in tried if made.truth)
    assert {fault.sort for fault in one.truth} == {sort}
    for fault in one.truth:
        rows = slice(fault.start, fault.end)
        there = ~np.isnan(one.value[rows])
        assert (one.value[rows][there] != one.sound[rows][there]).any()


def test_what_is_held_out_is_among_the_kinds() -> None:
    assert set(HELD_OUT) < set(ARCHETYPES)
