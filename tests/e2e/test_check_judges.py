"""The check itself can fail: a planted loss, double or wrong value is seen."""

from pathlib import Path

import pytest

from civicwatt.demo import check, evidence
from civicwatt.demo.check import FAULTS, passed
from civicwatt.errors import PartDidNotStart
from civicwatt_sim.truth import Served

MINUTE_US = 60_000_000
GOOD = {
    "lost": 0,
    "duplicated": 0,
    "wrong": 0,
    "energy_error_kwh": 0.0,
    "water_error_m3": 0.0,
    "energy_truth_kwh": 12.5,
    "hours_missing": 0,
    "readings_accepted": 5_000,
    "faults": [{"fault": fault.name} for fault in FAULTS],
}


@pytest.mark.parametrize(("error", "stays"), [(PartDidNotStart("cloud", log="…"), True), (OSError(), False)])
def test_the_logs_of_a_part_that_did_not_start_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, stays: bool
) -> None:
    def fails(folder: Path) -> None:
        (folder / "cloud.log").write_text("why")
        raise error

    monkeypatch.setattr(check, "_run", fails)
    monkeypatch.setattr(check.tempfile, "tempdir", str(tmp_path))
    with pytest.raises(type(error)):
        check.check()
    assert [path.name for path in tmp_path.glob("*/*")] == ["cloud.log"] * stays


def test_a_faultless_run_passes() -> None:
    assert passed(GOOD)


@pytest.mark.parametrize(
    ("figure", "bad"),
    [
        ("lost", 1),
        ("duplicated", 1),
        ("wrong", 1),
        ("energy_error_kwh", 0.000001),
        ("energy_error_kwh", -0.000001),
        ("water_error_m3", 0.001),
        ("energy_truth_kwh", 0.0),
        ("hours_missing", 1),
        ("readings_accepted", 4_999),
        ("faults", []),
    ],
)
def test_one_bad_figure_fails_the_run(figure: str, bad: object) -> None:
    assert not passed(GOOD | {figure: bad})


def test_a_value_that_the_meter_never_gave_in_its_slot_is_told_apart() -> None:
    counter = ("M-1", "import_active_energy")
    truth = {counter: Served([MINUTE_US + 5, 2 * MINUTE_US + 7, 9 * MINUTE_US], [100, 150, 900])}
    values = {
        (*counter, 1 * MINUTE_US): 100,  # as served
        (*counter, 2 * MINUTE_US): 151,  # another value
        (*counter, 8 * MINUTE_US): 900,  # served in the slot after it: polled late
        (*counter, 5 * MINUTE_US): 150,  # nothing was served then
    }
    served = evidence.served(truth, values, MINUTE_US)
    wrong = {
        slot // MINUTE_US for (_, _, slot), micro in values.items() if served.get((*counter, slot)) != micro
    }
    assert wrong == {2, 5}
