"""Readings' quality and hints, on real readings with what is put into them, and on simulated plants."""

import numpy as np
import pytest

from civicwatt_cloud.analysis.pv.hints import Hint, Kind, daily, hints
from civicwatt_cloud.analysis.pv.quality import interpolated, outliers, stale
from civicwatt_sim.steps import STEPS_PER_BLOCK, STEPS_PER_DAY
from civicwatt_sim.weather import weather


def test_the_labelled_outliers_of_a_real_inverter_are_found_and_nothing_else(
    inverter: tuple[np.ndarray, np.ndarray],
) -> None:
    values, labelled = inverter
    assert labelled.sum() == 6
    assert np.flatnonzero(outliers(values, 1.0)).tolist() == np.flatnonzero(labelled).tolist()


def test_real_readings_are_neither_stale_nor_interpolated(rsf: np.ndarray) -> None:
    assert not stale(rsf).any()
    assert not interpolated(rsf).any()


@pytest.mark.parametrize("kind", ["stale", "interpolated"])
def test_stale_and_interpolated_spans_are_found_at_f1_095(
    rsf: np.ndarray, inverter: tuple[np.ndarray, np.ndarray], kind: str
) -> None:
    rng = np.random.default_rng(2)
    hit = wrong = missed = 0
    for source in (rsf, inverter[0][~inverter[1]]):
        for _ in range(60):
            values, truth = source.copy(), np.zeros(len(source), np.bool_)
            rows = int(rng.integers(6, 24))
            start = int(rng.choice(np.flatnonzero(source[: -rows - 1] > 0.1 * source.max())))
            end = values[start] if kind == "stale" else values[start + rows - 1]
            if kind == "interpolated" and abs(end - values[start]) < 0.01 * source.max():
                continue
            values[start : start + rows] = np.linspace(values[start], end, rows)
            truth[start : start + rows] = True
            found = stale(values) if kind == "stale" else interpolated(values)
            hit += int((found & truth).sum())
            wrong += int((found & ~truth).sum())
            missed += int((truth & ~found).sum())
    assert 2 * hit / (2 * hit + wrong + missed) >= 0.95


def plant(seed: int, days: int, noise: float = 0.02) -> tuple[np.ndarray, np.ndarray]:
    """Hours of a plant under the simulated sky of Hubei, and of its reference."""
    blocks = range(625, 625 + days * STEPS_PER_DAY // STEPS_PER_BLOCK + 2)
    sun = np.concatenate([weather(seed, block).irradiance_w_m2 for block in blocks])
    reference = sun[: days * STEPS_PER_DAY].reshape(days, 24, 4).mean(axis=2) / 1000
    rng = np.random.default_rng(seed)
    gave = 0.8 * reference * (1 + noise * rng.standard_normal((days, 1)))
    return gave * (1 + 0.04 * rng.standard_normal((days, 24))), reference


def of_kind(found: list[Hint], kind: Kind) -> list[Hint]:
    return [one for one in found if one.kind is kind]


def test_a_string_that_is_lost_is_found_in_five_clear_days() -> None:
    for seed in range(12):
        generated, reference = plant(seed, 130)
        generated[80:] *= 0.8
        (hint,) = of_kind(hints(generated, reference), Kind.STRING_LOSS)
        _, clear = daily(generated, reference)
        assert clear[80 : hint.found + 1].sum() == 5
        assert hint.lost_share == pytest.approx(0.2, abs=0.045)
        assert not clear[80 : hint.first].any()
        assert hint.last == 129
        assert hint.lost == pytest.approx(generated[hint.first :].sum() * 0.25, rel=0.25)


def test_sound_plants_give_hardly_a_hint() -> None:
    found = [one.kind for seed in range(12) for one in hints(*plant(seed, 365))]
    assert len(found) <= 2
    assert Kind.STRING_LOSS not in found
    assert Kind.OUTAGE not in found


def test_soiling_is_a_slow_loss_that_rain_takes_away() -> None:
    found = []
    for seed in range(12):
        generated, reference = plant(seed, 200, noise=0.01)
        generated[60:130] *= (1 - 0.0012 * np.arange(70))[:, None]
        said = hints(generated, reference)
        assert not of_kind(said, Kind.STRING_LOSS)
        found += of_kind(said, Kind.SOILING)[:1]
    assert len(found) >= 9
    assert all(one.first < 130 <= one.last + 30 and one.lost > 0 for one in found)


def test_an_outage_is_known_on_its_first_day_with_what_it_cost() -> None:
    generated, reference = plant(3, 100)
    sound = generated.copy()
    generated[40:43] = 0
    generated[60, 9:15] = 0
    long, short = of_kind(hints(generated, reference), Kind.OUTAGE)
    assert (long.first, long.last, long.found) == (40, 42, 40)
    assert long.lost == pytest.approx(sound[40:43].sum(), rel=0.12)
    assert (short.first, short.last) == (60, 60)
    assert short.lost == pytest.approx(sound[60, 9:15].sum(), rel=0.1)


def test_a_plant_without_readings_gives_no_hint() -> None:
    _, reference = plant(1, 40)
    assert hints(np.full_like(reference, np.nan), reference) == []
