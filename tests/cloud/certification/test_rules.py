"""Points, vetoes and what is open; the lots of the re-check."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicwatt_cloud.modules.certification import rules, schemes
from civicwatt_cloud.modules.certification.choices import Outcome
from civicwatt_cloud.modules.certification.schemes import Item, Scheme

MODEL = schemes.shipped()["model_unit@2011"]
FRUGAL = schemes.shipped()["frugal_organ@2020"]
MEASURED = ("energy_per_area", "energy_per_capita", "water_per_capita")


def whole(*, star: str = "rest_1") -> Scheme:
    """The model unit's scheme as an installation completes it: 89 more points in two items, one with ★."""
    more = [
        Item(
            key=f"rest_{number}",
            section="management",
            title="x",
            title_en="x",
            points=Decimal(points),
            star=f"rest_{number}" == star,
        )
        for number, points in enumerate((40, 49))
    ]
    return MODEL.with_items(more)


@pytest.mark.parametrize(
    ("figure", "points"),
    [("90", 7), ("90.01", 6), ("100", 6), ("110", 5), ("110.1", 4), ("120", 4), ("120.01", 0)],
)
@pytest.mark.parametrize("key", MEASURED)
def test_m07_2_bands_at_mean_100(key: str, figure: str, points: int) -> None:
    item = MODEL.one(key)
    assert item is not None
    assert rules.banded(Fraction(figure), Fraction(100), item.bands) == points


@pytest.mark.parametrize(
    ("rest", "score", "outcome"),
    [
        ({"rest_0": "40", "rest_1": "0"}, "61", Outcome.FAILED),
        ({"rest_0": "21.00", "rest_1": "43"}, "85.00", Outcome.PASSED),
        ({"rest_0": "20.99", "rest_1": "43"}, "84.99", Outcome.FAILED),
    ],
)
def test_m07_3_pass_mark(rest: dict[str, str], score: str, outcome: Outcome) -> None:
    points = dict.fromkeys(MEASURED, Decimal(7)) | {key: Decimal(one) for key, one in rest.items()}
    found = rules.judged(whole(), points)
    assert (found.score, found.outcome) == (Decimal(score), outcome)


def test_m07_3_a_star_at_zero_fails_91() -> None:
    points = dict.fromkeys(MEASURED, Decimal(7)) | {"rest_0": Decimal(0), "rest_1": Decimal(49)}
    more = Item(key="more", section="extra", title="x", title_en="x", points=Decimal(21))
    scheme = whole(star="rest_0").with_items([more])
    found = rules.judged(scheme, points | {"more": Decimal(21)})
    assert (found.score, found.vetoes, found.outcome) == (Decimal(91), ("rest_0",), Outcome.FAILED)


def test_sections_add_up_and_what_was_not_found_is_open() -> None:
    assert sum(one.points for one in MODEL.section) == MODEL.total == 110
    assert MODEL.unlisted == 89
    assert FRUGAL.unlisted == 70
    assert schemes.shipped()["energy_leader@2020"].unlisted is None
    assert rules.judged(MODEL, dict.fromkeys(MEASURED, Decimal(7))).outcome is Outcome.UNKNOWN


def test_no_answer_is_no_zero() -> None:
    points: dict[str, Decimal | None] = {one.key: one.points for one in whole().item}
    assert rules.judged(whole(), points).outcome is Outcome.PASSED
    assert rules.judged(whole(), points | {"rest_1": None}).outcome is Outcome.UNKNOWN
    assert rules.judged(whole(), points | {"rest_0": None}).open == 40
    assert rules.judged(whole(), dict.fromkeys(points)).unanswered == tuple(points)


def test_since_2023_targets_stand_beside_the_score() -> None:
    scheme = schemes.shipped()["frugal_organ@2023"].with_items(
        [Item(key="all", section="operation", title="x", title_en="x", points=Decimal(100))]
    )
    for met, score, outcome in (
        (1, 80, "passed"),
        (0, 100, "failed"),
        (1, 79, "failed"),
        (None, 90, "unknown"),
    ):
        points = {"targets_met": None if met is None else Decimal(met), "all": Decimal(score)}
        assert rules.judged(scheme, points).outcome == outcome


def test_versions_by_day() -> None:
    every = schemes.shipped().values()
    for day, version in (("2023-12-31", "2020"), ("2024-01-01", "2023")):
        found = schemes.in_force(every, "frugal_organ", date.fromisoformat(day))
        assert found is not None
        assert found.version == version


def test_gaps_name_vetoes_first_then_documents_by_points() -> None:
    points = {one.key: one.points for one in FRUGAL.item} | {"targets_met": Decimal(0), "rules": Decimal(1)}
    found = rules.gaps(FRUGAL, points | {"metering": None})
    told = [(one.item.key, int(one.missing)) for one in found]
    assert told == [("targets_met", 5), ("metering", 9), ("rules", 2)]
    several = FRUGAL.one("rules")
    assert several is not None
    assert rules.counted(several, 5) == 3


@given(st.integers(1, 300), st.text(min_size=1, max_size=9))
def test_the_lots_are_at_least_a_twentieth_and_found_again(number: int, seed: str) -> None:
    risks = {f"CZ{one:05d}": Fraction(one % 7, 7) for one in range(number)}
    by_risk, by_chance = rules.drawn(seed, risks, Decimal("0.05"))
    assert len({*by_risk, *by_chance}) == -(-number // 20)
    assert (by_risk, by_chance) == rules.drawn(seed, dict(reversed(risks.items())), Decimal("0.05"))
    assert len(by_chance) >= len(by_risk)
