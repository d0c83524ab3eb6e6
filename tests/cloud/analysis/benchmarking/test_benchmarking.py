"""Scores, ranks and savings with intervals: published widths, ties, what is withheld, coverage."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from civicwatt_cloud.analysis.benchmarking.errors_in import combined, of_completeness
from civicwatt_cloud.analysis.benchmarking.ranks import ranks
from civicwatt_cloud.analysis.benchmarking.savings import to_limit, to_peers
from civicwatt_cloud.analysis.benchmarking.scores import Withheld, drawn_shares, scores

SIGMA = 0.45  # spread of the logarithm of intensities among peers of one kind


def group_of(count: int, seed: int = 1, error: float = 0.0) -> tuple[np.ndarray, ...]:
    """values, groups, errors, completeness of one group of peers."""
    values = np.random.default_rng(seed).lognormal(3.0, SIGMA, count)
    return values, np.zeros(count, np.int64), np.full(count, error), np.ones(count)


@pytest.mark.parametrize(("peers", "points"), [(10, 33), (30, 20), (100, 12), (300, 7)])
def test_the_width_of_a_percentile_is_that_of_a_bootstrap_of_the_peers(peers: int, points: int) -> None:
    rng = np.random.default_rng(0)
    others = np.sort(rng.lognormal(0.0, SIGMA, (500, peers)), axis=1)
    own = rng.lognormal(0.0, SIGMA, 500)
    below = (others < own[:, None]).mean(axis=1)
    draws = drawn_shares(np.repeat(below[:, None], 500, axis=1), peers, rng)
    low, high = np.quantile(draws, [0.05, 0.95], axis=1)
    assert 100 * (high - low).mean() == pytest.approx(points, abs=3.0)


def test_a_binomial_draw_is_a_bootstrap_of_the_peers() -> None:
    rng = np.random.default_rng(5)
    peers = rng.lognormal(0.0, SIGMA, 40)
    own = 1.1
    resampled = (peers[rng.integers(0, 40, (20_000, 40))] < own).mean(axis=1)
    drawn = drawn_shares(np.full(20_000, (peers < own).mean()), 40, rng)
    assert drawn.mean() == pytest.approx(resampled.mean(), abs=0.003)
    assert drawn.std() == pytest.approx(resampled.std(), rel=0.03)


def test_a_tenth_more_floor_area_moves_a_percentile_by_six_points() -> None:
    values, *rest = group_of(3000, seed=2)
    moved = []
    for one in range(0, 3000, 10):
        other = values.copy()
        other[one] /= 1.1
        moved.append((one, other))
    scored = scores(values, *rest).score
    shift = [abs(float((values > other[one]).sum() / 2999 * 100) - scored[one]) for one, other in moved]
    assert np.mean(shift) == pytest.approx(6.0, abs=0.7)
    assert np.max(shift) == pytest.approx(8.5, abs=1.0)


def test_the_interval_of_a_score_at_100_peers_is_about_six_points_and_input_error_widens_it() -> None:
    exact = scores(*group_of(101))
    wide = scores(*group_of(101, error=0.1))
    assert np.mean(exact.high - exact.low) / 2 == pytest.approx(6.3, abs=0.7)
    assert np.mean(wide.high - wide.low) > np.mean(exact.high - exact.low) + 3.0
    assert np.mean(wide.high - wide.low) < np.mean(exact.high - exact.low) + 18.0


def test_the_interval_covers_the_place_in_the_whole_population_nine_times_in_ten() -> None:
    rng = np.random.default_rng(9)
    error, hits = 0.08, []
    for _ in range(40):
        true = rng.lognormal(0.0, SIGMA, 61)
        shown = true * np.exp(error * rng.standard_normal(61))
        found = scores(shown, np.zeros(61, np.int64), np.full(61, error), np.ones(61))
        spread = np.hypot(SIGMA, error)  # of what the population shows
        place = 100 * (1 - np.array([_phi(x / spread) for x in np.log(true)]))
        hits.append((found.low <= place + 1e-9) & (place <= found.high + 1e-9))
    assert np.mean(hits) == pytest.approx(0.9, abs=0.035)


def _phi(z: float) -> float:
    from statistics import NormalDist  # noqa: PLC0415

    return NormalDist().cdf(z)


def test_what_is_unknown_incomplete_or_without_peers_has_no_score_and_says_why() -> None:
    values, groups, errors, completeness = group_of(60)
    values[0], completeness[1] = np.nan, 0.8999
    completeness[2] = np.nan
    groups[40:] = 1  # twenty in a group: too few
    found = scores(values, groups, errors, completeness)
    assert found.withheld[:4].tolist() == [
        Withheld.UNKNOWN, Withheld.INCOMPLETE, Withheld.INCOMPLETE, Withheld.NOT,
    ]  # fmt: skip
    assert (found.withheld[40:] == Withheld.FEW_PEERS).all()
    assert Withheld(int(found.withheld[40])).zh == "样本不足"
    assert np.isnan(found.score[[0, 1, 2, 45]]).all()
    assert found.peers[3] == 36
    assert ranks(values, groups, errors, completeness).order[[0, 1, 2]].tolist() == [0, 0, 0]
    just_30 = scores(*group_of(31))
    assert (just_30.withheld == Withheld.NOT).all()
    assert (scores(*group_of(30)).withheld == Withheld.FEW_PEERS).all()


def test_the_best_of_all_is_not_certain_to_be_the_best() -> None:
    values, *rest = group_of(31)
    found = scores(values, *rest)
    best = int(np.argmin(values))
    assert found.score[best] == 100.0
    assert found.low[best] == pytest.approx(100 * 0.05 ** (1 / 30), abs=3.5)


def test_ties_are_shown_as_ties() -> None:
    values = np.array([10.0, 10.05, 14.0, 14.0, 30.0])
    found = ranks(values, np.zeros(5, np.int64), np.full(5, 0.02), np.ones(5))
    assert found.order.tolist() == [1, 2, 3, 3, 5]
    assert found.place.tolist() == [1, 1, 3, 3, 5]
    assert found.tied.tolist() == [1, 1, 1, 1, 0]
    assert found.high.tolist()[:2] == [2, 2]
    exact = ranks(values, np.zeros(5, np.int64), np.zeros(5), np.ones(5))
    assert exact.place.tolist() == [1, 2, 3, 3, 5]
    assert (exact.low == exact.order).all()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**31), st.floats(0.0, 0.2), st.floats(0.001, 1000.0))
def test_scores_and_places_know_no_unit_and_lie_in_their_intervals(
    seed: int, error: float, unit: float
) -> None:
    values, groups, errors, completeness = group_of(40, seed, error)
    one, other = (scores(values * by, groups, errors, completeness) for by in (1.0, unit))
    np.testing.assert_allclose(one.score, other.score, atol=1e-6)
    assert ((one.low <= one.score) & (one.score <= one.high)).all()
    assert ((one.low >= 0) & (one.high <= 100)).all()
    place = ranks(values, groups, errors, completeness)
    assert ((place.low <= place.order) & (place.order <= place.high)).all()
    assert (place.place <= place.order).all()
    assert sorted(np.argsort(values).tolist()) == list(range(40))
    assert (np.diff(place.order[np.argsort(values)]) >= 0).all()


def test_errors_of_parts_are_combined_by_their_squares() -> None:
    assert combined(0.03, np.array([0.04, 0.0])).tolist() == pytest.approx([0.05, 0.03])
    assert of_completeness(np.array([1.0, 0.9]), 0.3).tolist() == pytest.approx([0.0, 0.1 * 0.3 / 0.9])


def test_savings_to_a_quota_and_to_the_peers_have_intervals() -> None:
    found = to_limit(
        np.array([1000.0, 1000.0]), np.array([80.0, 50.0]), np.array([0.05, 0.05]), np.array([60.0, 60.0])
    )
    assert found.expected.tolist() == pytest.approx([250.0, 0.0])
    assert 170 < found.low[0] < 250 < found.high[0] < 320
    assert (found.low[1], found.high[1]) == (0.0, 0.0)
    values, groups, errors, _ = group_of(200, error=0.05)
    energy = values * 100
    some = to_peers(energy, values, errors, groups)
    above = values > np.median(values)
    assert some.expected[above] == pytest.approx((energy - 100 * np.median(values))[above], abs=0.01)
    assert (some.low <= some.expected).all()
    assert (some.expected <= some.high).all()
    assert np.isnan(to_peers(energy[:30], values[:30], errors[:30], groups[:30]).expected).all()
