"""Ranking: exact quotients, ties, and who stands apart with which reason."""

from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from civicwatt_cloud.kit.directory import Denominator, DenominatorKind
from civicwatt_cloud.timeseries.figures.ranks import places, quotient

parts = st.fractions(min_value=Fraction(1, 1000), max_value=10**6, max_denominator=1000)


@given(micro=st.integers(0, 10**15), factor=parts, denominator=parts)
def test_the_quotient_is_that_of_the_figures_own_page(
    micro: int, factor: Fraction, denominator: Fraction
) -> None:
    parts = (denominator.numerator, denominator.denominator)
    assert quotient(micro, factor, *parts) == round(micro * factor / denominator)


def test_equal_values_share_a_place_and_the_next_is_left_out() -> None:
    found = list(places([5, 9, 5, 1], descending=True))
    assert [(one.of, one.place, one.tied) for one in found] == [
        (1, 1, False),
        (0, 2, True),
        (2, 2, True),
        (3, 4, False),
    ]
    assert [one.of for one in places([5, 9, 5, 1], descending=False)] == [3, 0, 2, 1]


async def test_totals_are_ranked_and_who_has_no_head_count_stands_apart(city: Any) -> None:
    found = await city.get(
        "rankings?period=2026-02&figure=water&figure=water_per_capita&figure=energy_per_area&floor=0.3"
    )
    water, per_head, per_area = found["rankings"]
    (first,) = water["ranked"]
    assert (first["institution"]["title"], first["value"], first["place"]) == ("甲局", "168", 1)
    (apart,) = water["apart"]
    assert (apart["institution"]["key"], apart["reason"]["zh"]) == ("B", "没有水表")
    assert (per_head["ranked"][0]["value"], per_head["unit"]) == ("3.36", "m³/人")
    # B: 2016 kWh × 0.1229 ÷ 2000 m²; A: 1008 kWh ÷ 1000 m², half of its meters silent
    assert [(row["institution"]["key"], row["value"], row["tied"]) for row in per_area["ranked"]] == [
        ("A", "0.123883", True),
        ("B", "0.123883", True),
    ]
    assert [row["place"] for row in per_area["ranked"]] == [1, 1]
    assert per_area["ranked"][0]["completeness"] == 0.5
    page = await city.get(f"institutions/{city.institutions['B']}?period=2026-02")
    own = next(figure for figure in page["figures"] if figure["key"] == "energy_per_area")
    assert own["value"] == "0.123883"


async def test_the_incomplete_and_the_unknown_are_never_ranked_silently(city: Any) -> None:
    found = await city.get("rankings?period=2026-02&figure=electricity&figure=energy_per_capita")
    electricity, per_head = found["rankings"]
    assert [row["institution"]["key"] for row in electricity["ranked"]] == ["B"]
    (apart,) = electricity["apart"]
    assert (apart["value"], apart["completeness"], apart["reason"]["code"]) == ("1008", 0.5, "CW-N1009")
    assert apart["reason"]["zh"] == "完整率 50.00%，低于 90%"
    reasons = {row["institution"]["key"]: row["reason"]["code"] for row in per_head["apart"]}
    assert (per_head["ranked"], reasons) == ([], {"A": "CW-N1009", "B": "CW-N1001"})
    future = await city.get("rankings?period=2027&figure=electricity")
    assert {row["reason"]["code"] for row in future["rankings"][0]["apart"]} == {"CW-N1008"}


async def test_a_year_that_is_metered_only_in_part_says_since_when(city: Any) -> None:
    with city.app.state.database.session() as session:
        session.execute(
            update(Denominator).where(Denominator.kind == DenominatorKind.HEAD_COUNT).values(value=9)
        )
    found = await city.get("rankings?period=2025&figure=electricity")
    (ranking,) = found["rankings"]
    assert {row["reason"]["code"] for row in ranking["apart"]} == {"CW-N1005"}


async def test_the_order_turns_and_alike_institutions_can_be_ranked_alone(city: Any) -> None:
    path = "rankings?period=2026-02&figure=electricity&floor=0"
    high = (await city.get(path))["rankings"][0]["ranked"]
    low = (await city.get(f"{path}&order=asc"))["rankings"][0]["ranked"]
    assert [row["institution"]["key"] for row in high] == ["B", "A"]
    assert [row["institution"]["key"] for row in low] == ["A", "B"]
    venues = (await city.get(f"{path}&kind=venue"))["rankings"][0]
    assert ([row["kind"] for row in venues["ranked"]], venues["ranked_total"]) == (["场馆"], 1)
    one = (await city.get(f"{path}&limit=1"))["rankings"][0]
    assert (len(one["ranked"]), one["ranked_total"]) == (1, 2)


async def test_an_impossible_ranking_is_refused(city: Any) -> None:
    for query in ("", "figure=x", "figure=water&period=x", "figure=water&floor=2"):
        assert (await city.client.get(f"/api/v1/rankings?{query}")).status_code == 422, query
