"""F15: when the clock can be believed, and how far it was off."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicwatt_edge.machine_time import (
    RELEASED_S,
    STEP_US,
    Doubt,
    Moment,
    doubt,
    is_synchronised,
    moment,
)

S, WAIT_S = 1_000_000, 120
RIGHT_US = (RELEASED_S + 86_400) * S


@pytest.mark.parametrize("year_s", [0, 946_684_800, 4_070_908_800], ids=["1970", "2000", "2099"])
@pytest.mark.parametrize("synchronised", [True, False, None])
def test_f15_a_clock_of_another_age_is_not_believed(year_s, synchronised):
    now = Moment(year_s * S, 5 * S, "boot")
    assert doubt(now, WAIT_S, synchronised=synchronised) is Doubt.ABSURD


def test_f15_a_machine_that_has_just_started_waits_for_its_time_server():
    booting, later = Moment(RIGHT_US, 5 * S, "boot"), Moment(RIGHT_US, (WAIT_S + 1) * S, "boot")
    assert doubt(booting, WAIT_S, synchronised=False) is Doubt.BOOTING
    assert doubt(booting, WAIT_S, synchronised=True) is None
    assert doubt(booting, WAIT_S, synchronised=None) is None
    assert doubt(later, WAIT_S, synchronised=False) is None, (
        "a site without time servers has its own clock only"
    )


@given(
    wall=st.integers(0, 2**52),
    mono=st.integers(0, 2**50),
    ran=st.integers(0, 2**45),
    step=st.integers(-(2**51), 2**51),
)
def test_f14_the_step_of_the_clock_is_what_the_monotonic_clock_did_not_see(wall, mono, ran, step):
    before = Moment(wall, mono, "boot")
    after = Moment(wall + ran + step, mono + ran, "boot")
    assert before.shift_us(after) == (step if abs(step) > STEP_US else 0)


def test_f15_across_a_boot_nobody_knows():
    now = moment()
    assert now.shift_us(now._replace(boot="another")) is None
    assert moment().monotonic_us >= now.monotonic_us
    assert is_synchronised() in {True, False, None}
