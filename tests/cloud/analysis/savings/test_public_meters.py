"""Public meters with a saving of 10 %, beside the reference results published with them."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from civicwatt_cloud.analysis.savings.commands import app

TRUTH = 10.0
METERS = {
    "il-electricity-cdd-hdd-daily": 8.038644789070313,
    "il-gas-hdd-only-daily": 8.01314039835118,
    "il-electricity-cdd-hdd-billing_monthly": 9.279653675862528,
    "il-electricity-cdd-hdd-hourly": None,
}


@pytest.mark.parametrize("name", METERS)
def test_saving_is_nearer_to_the_truth_than_the_reference_and_the_interval_covers_it(
    shared_mv: Path, name: str
) -> None:
    asked = [
        "savings",
        str(shared_mv / f"{name}.csv.gz"),
        "--temperature",
        str(shared_mv / "il-tempF.csv.gz"),
    ]
    dates = ["--baseline-end", "2016-12-26", "--reporting-start", "2017-01-04", "--json"]
    answer = CliRunner().invoke(app, asked + dates, catch_exceptions=False)
    told = json.loads(answer.stdout)
    error = abs(told["savings_percent"] - TRUTH)
    assert error <= 1.5
    reference = METERS[name]
    assert reference is None or error < abs(reference - TRUTH)
    low, high = told["interval"]
    assert low <= TRUTH <= high
    assert told["savings"] == told["savings_positive"]
    assert {one["state"] for one in told["checks"]} <= {"okay", "possible_issue", "not_checked"}
