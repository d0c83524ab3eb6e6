"""Balance, leaks, gaps, cases and the budget of alarms: arithmetic on what was found."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from civicwatt_cloud.analysis.anomalies.balance import error_budget_percent, imbalance
from civicwatt_cloud.analysis.anomalies.budget import chosen
from civicwatt_cloud.analysis.anomalies.cases import Spotted, cases
from civicwatt_cloud.analysis.anomalies.leaks import leaks
from civicwatt_cloud.analysis.anomalies.missing import missing

CLASS_1, CT_05 = 1.0, 0.5


def test_two_subs_of_class_one_leave_less_than_two_percent() -> None:
    assert round(error_budget_percent([0.5, 0.5], CLASS_1, CT_05), 2) == 1.37


def test_a_loss_of_five_percent_is_told_from_the_third_day_and_noise_of_the_class_never() -> None:
    rng = np.random.default_rng(4)
    false, found_after = 0, []
    for _ in range(40):
        main = rng.uniform(900, 1100, 365)
        subs = np.array([main * 0.6, main * 0.4]) * (1 + rng.normal(0, 0.011, (2, 1)))
        subs *= 1 + rng.normal(0, 0.003, (2, 365))
        false += len(imbalance(main, subs, 1.37))
        subs[:, 200:] *= 0.95
        runs = imbalance(main, subs, 1.37)
        found_after.append(next((start for start, end, _ in runs if end > 202), 365) + 3 - 200)
    assert false <= 40  # one a main and year
    assert np.mean(np.array(found_after) <= 7) >= 0.9


def test_a_day_that_a_meter_lacks_is_neither_balanced_nor_not() -> None:
    main, subs = np.full(6, 100.0), np.full((1, 6), 80.0)
    subs[0, 2] = np.nan
    assert [run[:2] for run in imbalance(main, subs, 1.0)] == [(0, 6)]
    subs[0, 3:] = 100.0
    assert imbalance(main, subs, 1.0) == []


def test_a_leak_shows_in_the_nights_and_a_pool_filled_once_does_not() -> None:
    rng = np.random.default_rng(9)
    flow = np.tile(np.r_[np.full(6, 0.1), np.full(18, 3.0)], (60, 1)) * rng.uniform(0.8, 1.2, (60, 24))
    assert leaks(flow) == []
    flow[20, :6] += 2.0
    assert leaks(flow) == []
    flow[40:50] += 0.8
    (leak,) = leaks(flow)
    assert (leak.start, leak.end) == (40, 50)
    assert abs(leak.flow - 0.8) < 0.05
    assert abs(leak.volume - 0.8 * 24 * 10) < 12


def test_gaps_are_told_with_what_would_have_been() -> None:
    value = np.array([1.0, np.nan, 2.0, *[np.nan] * 5, 3.0])
    (gap,) = missing(value, np.full(9, 2.0))
    assert (gap.start, gap.end, gap.deviation) == (3, 8, -10.0)


def _spotted(subject: int, start: int, length: int, worth: float) -> Spotted:
    return Spotted(subject, start, start + length, "high", worth, 0.5)


SPOTTED = st.lists(
    st.builds(_spotted, st.integers(1, 3), st.integers(0, 500), st.integers(1, 60), st.floats(-99, 99)),
    max_size=12,
)


@given(SPOTTED, st.randoms(use_true_random=False))
def test_each_finding_is_in_one_case_whatever_their_order(found: list[Spotted], order: object) -> None:
    together = cases(found)
    shuffled = found.copy()
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    assert cases(shuffled) == together
    assert sorted(one for case in together for one in case.findings) == sorted(found)
    for before, after in pairwise(together):
        assert before.subject != after.subject or after.start_h > before.end_h + 48
    for case in together:
        assert 0.5 <= case.confidence <= 1


@given(st.lists(st.floats(0, 1e6), max_size=30), st.floats(0, 40), st.floats(0, 1))
def test_the_budget_lets_the_dearest_through_and_no_more(
    worth: list[float], months: float, budget: float
) -> None:
    kept = chosen(worth, months, budget)
    assert len(kept) == min(len(worth), int(budget * months))
    left = set(range(len(worth))) - set(kept)
    assert all(worth[one] >= worth[other] for one in kept for other in left)
