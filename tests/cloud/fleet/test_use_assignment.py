"""C3.10: which vehicle and driver a request gets; C3.10's order is the same for whoever asks."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from civicwatt_cloud.kit import rules
from civicwatt_cloud.kit.rules import Rules
from civicwatt_cloud.modules.fleet.choices import Licence, VehicleKind
from civicwatt_cloud.modules.fleet.use import assignment
from civicwatt_cloud.modules.fleet.use.assignment import Car, Driving, Need, Obstacle
from civicwatt_cloud.modules.fleet.use.rules import Terms

TODAY = date(2026, 9, 21)
TERMS = Terms(Rules(rules.shipped()), TODAY)
NEED = Need("emergency", 4, 100_000, TODAY)
CAR = {"owner_id": 1, "kind": "emergency", "is_ready": True, "is_taken": False, "seats": 5, "licence": "c1"}
ABLE = Driving(1, 1, "c1", date(2026, 9, 21), 11, False)


def car(number: int = 1, **said: object) -> Car:
    return Car(number, **{**CAR, **said})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, None),
        ({"kind": "veteran"}, Obstacle.KIND),
        ({"is_ready": False}, Obstacle.STATE),
        ({"is_taken": True}, Obstacle.TAKEN),
        ({"seats": None}, Obstacle.UNKNOWN),
        ({"seats": 4}, Obstacle.SEATS),  # four passengers and the driver
        ({"range_m": 125_000}, None),  # 100 km is what 20 % less leaves
        ({"range_m": 124_999}, Obstacle.RANGE),
        ({"licence": "b1"}, Obstacle.DRIVER),
    ],
)
def test_c3_10_what_keeps_a_vehicle_at_home(said: dict[str, object], expected: Obstacle | None) -> None:
    assert assignment.obstacle(car(**said), NEED, [ABLE], TERMS) is expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, True),
        ({"points": 12}, False),  # 不满 12 分
        ({"licence_until": date(2026, 9, 20)}, False),
        ({"licence": "c2"}, False),
        ({"licence": "a1"}, True),
        ({"is_taken": True}, False),
        ({"owner_id": 2}, False),
    ],
)
def test_c3_10_who_may_drive(said: dict[str, object], expected: bool) -> None:
    assert assignment.may_drive(replace(ABLE, **said), car(), NEED, TERMS) is expected  # type: ignore[arg-type]


def test_c3_10_the_nearest_by_the_kilometre_then_the_latest_used() -> None:
    near = car(1, deadhead_m=1_999, idle_days=9)
    lately = car(2, deadhead_m=1_001, idle_days=2)
    far = car(3, deadhead_m=2_000, idle_days=0)
    unknown = car(4, idle_days=0)
    found = assignment.ranked([unknown, far, near, lately], NEED, [ABLE], TERMS)
    assert [one.car.id for one in found] == [2, 1, 3, 4]


def test_c3_10_of_two_drivers_the_one_who_rested_longer() -> None:
    drivers = [replace(ABLE, id=2, last_us=5), replace(ABLE, id=3, last_us=4), replace(ABLE, id=4, last_us=4)]
    (found,) = assignment.ranked([car()], NEED, drivers, TERMS)
    assert found.driver.id == 3


cars = st.builds(
    Car,
    st.integers(1, 9),
    st.integers(1, 2),
    st.sampled_from(VehicleKind),
    st.booleans(),
    st.booleans(),
    st.none() | st.integers(1, 9),
    st.none() | st.sampled_from(Licence),
    st.none() | st.integers(0, 300_000),
    st.none() | st.integers(0, 30_000),
    st.none() | st.integers(0, 30),
)
drivers = st.builds(
    Driving,
    st.integers(1, 9),
    st.integers(1, 2),
    st.sampled_from(Licence),
    st.dates(date(2026, 9, 19), date(2026, 9, 23)),
    st.integers(0, 14),
    st.booleans(),
    st.integers(0, 3),
)
needs = st.builds(
    Need, st.sampled_from(VehicleKind), st.integers(1, 8), st.integers(0, 300_000), st.just(TODAY)
)


@settings(max_examples=40)
@given(
    st.data(),
    st.lists(cars, unique_by=lambda one: one.id),
    st.lists(drivers, unique_by=lambda one: one.id),
    needs,
)
def test_c3_10_the_order_in_which_they_are_named_makes_no_difference(
    data: st.DataObject, some: list[Car], people: list[Driving], need: Need
) -> None:
    found = assignment.ranked(some, need, people, TERMS)
    again = assignment.ranked(
        data.draw(st.permutations(some)), need, data.draw(st.permutations(people)), TERMS
    )
    assert found == again


@settings(max_examples=40)
@given(st.lists(cars, unique_by=lambda one: one.id), st.lists(drivers, unique_by=lambda one: one.id), needs)
def test_c3_10_whoever_goes_can_and_whoever_stays_is_told_why(
    some: list[Car], people: list[Driving], need: Need
) -> None:
    found = assignment.ranked(some, need, people, TERMS)
    assert all(assignment.may_drive(one.driver, one.car, need, TERMS) for one in found)
    assert all((one.car.seats or 0) > need.passengers and one.car.is_ready for one in found)
    going = {one.car.id for one in found}
    for one in some:
        assert (assignment.obstacle(one, need, people, TERMS) is None) == (one.id in going)
    weights = [one.car.deadhead_m // 1000 if one.car.deadhead_m is not None else 10**12 for one in found]
    assert weights == sorted(weights)


@settings(max_examples=40)
@given(
    st.lists(cars, unique_by=lambda one: one.id), st.lists(drivers, unique_by=lambda one: one.id), needs, cars
)
def test_c3_10_a_further_vehicle_makes_none_of_the_others_go_or_stay(
    some: list[Car], people: list[Driving], need: Need, one_more: Car
) -> None:
    before = [one.car.id for one in assignment.ranked(some, need, people, TERMS)]
    after = assignment.ranked([*some, replace(one_more, id=99)], need, people, TERMS)
    assert [one.car.id for one in after if one.car.id != 99] == before
