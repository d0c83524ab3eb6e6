"""What the detector finds in buildings whose faults are known, live and with hindsight."""

import numpy as np
import pytest

from civicwatt_cloud.analysis.anomalies.detector import THRESHOLD
from civicwatt_cloud.analysis.anomalies.findings import Kind, findings
from civicwatt_cloud.analysis.anomalies.live import Pass, Series, live
from civicwatt_cloud.analysis.anomalies.review import review
from civicwatt_sim.hourly import FaultyMeter, meter

DAYS, START = 75, 24 * 60 + 10
PLACED = {  # what is shown from START on, and how long
    Kind.ZERO: (lambda sound: sound * 0, 30),
    Kind.STUCK: (lambda sound: np.full_like(sound, sound[0]), 30),
    Kind.NEGATIVE: (lambda sound: -sound - 5, 10),
    Kind.REVERSED: (lambda sound: -sound, 48),
    Kind.JUMP: (lambda sound: sound * 10, 40),
    Kind.SPIKE: (lambda sound: sound * 6, 1),
}


@pytest.fixture(scope="module")
def city() -> dict[Kind, FaultyMeter]:
    """One office for each kind of fault, else alike: fine resolution, little noise."""
    return {kind: meter("hospital", 3, 77, faults=0, days=DAYS) for kind in PLACED}


def _series(city: dict[Kind, FaultyMeter]) -> Series:
    value = np.array([np.nan_to_num(one.sound) for one in city.values()])
    for row, (change, hours) in zip(value, PLACED.values(), strict=True):
        row[START : START + hours] = change(row[START : START + hours])
    hours = np.arange(DAYS * 24)
    first = next(iter(city.values())).first
    return Series(first.toordinal() - 1 + hours // 24, hours % 24, value)


@pytest.fixture(scope="module")
def judged(city: dict[Kind, FaultyMeter]) -> tuple[Series, Pass]:
    series = _series(city)
    return series, live(series)


@pytest.mark.parametrize("kind", PLACED)
def test_each_kind_is_found_within_four_hours_and_called_by_its_name(
    judged: tuple[Series, Pass], kind: Kind
) -> None:
    series, found = judged
    row = list(PLACED).index(kind)
    named = findings(found.score[row], series.value[row], found.expected[row], series.day, series.hour)
    inside = [one for one in named if START <= one.start <= START + 4]
    assert [one.kind for one in inside] == [kind]
    assert np.sign(inside[0].deviation) == (
        1 if kind in {Kind.JUMP, Kind.SPIKE} else np.sign(inside[0].deviation)
    )
    false = sum(one.end - one.start for one in named if one.end <= START)
    assert false <= 0.005 * DAYS * 24


def test_many_meters_at_once_are_judged_as_one_alone(judged: tuple[Series, Pass]) -> None:
    series, found = judged
    alone = live(series._replace(value=series.value[2:3]))
    np.testing.assert_allclose(alone.score[0], found.score[2], rtol=1e-9)


def test_hindsight_keeps_the_faults_and_turns_time_round_by_whole_weeks(
    judged: tuple[Series, Pass],
) -> None:
    series, found = judged
    both = review(series, found)
    assert both.score.shape == found.score.shape
    for row, (_, hours) in enumerate(PLACED.values()):
        assert (both.score[row, START : START + hours] >= THRESHOLD).mean() > 0.5
    assert (both.score[:, :START] >= THRESHOLD).mean() < 0.005
