"""One meter read and judged before it goes into the configuration."""

from pathlib import Path

import pytest
from d2_site import DEAD, SWAPPED, model_of

TEMPLATE = "eastron/sdm630"


def read(edge, tap, unit: int, *more: object, template: str = ""):
    return edge("try", unit, "--bus", tap.url, "--template", template or model_of(unit), *more)


def test_a_good_meter_shows_its_values_with_units_and_ticks(edge, tap) -> None:
    ran = read(edge, tap, 3)
    assert ran.code == 0, ran.err
    assert "✗" not in ran.out
    for word in ("A相电压 voltage_l1", " V ", "总有功功率", "kWh", "Hz", "✓"):
        assert word in ran.out
    assert "数值合理" in ran.err
    assert ran.out.endswith("\n")  # whatever follows begins a line of its own


def test_f26_swapped_words_are_seen_and_the_right_order_is_proposed(edge, tap) -> None:
    ran = read(edge, tap, SWAPPED)
    assert ran.code == 6
    assert "字序疑似相反" in ran.err
    assert "--order CDAB" in ran.err
    assert all(order in ran.out for order in ("ABCD", "CDAB", "BADC", "DCBA"))
    assert read(edge, tap, SWAPPED, "--order", "cdab").code == 0


@pytest.mark.parametrize("unit", [1, 2, 3, 4, 5, 6])
def test_f26_no_order_is_proposed_for_a_meter_that_keeps_to_its_template(edge, tap, unit) -> None:
    ran = read(edge, tap, unit, "--json")
    assert ran.code == 0
    assert ran.json["proposed_order"] is None
    assert all(check["ok"] for check in ran.json["checks"])


def test_the_display_is_compared_within_what_a_display_shows(edge, tap) -> None:
    told = read(edge, tap, 3, "--json").json
    counter = next(one["value"] for one in told["values"] if one["measure"] == "import_active_energy")
    agreed = read(edge, tap, 3, "--expect", f"{counter:.1f}")
    assert agreed.code == 0
    assert "一致" in agreed.err
    wrong = read(edge, tap, 3, "--expect", f"{counter * 1.02:.1f}")
    assert wrong.code == 1
    assert "CW-E2066" in wrong.err
    ratio = read(edge, tap, 3, "--expect", f"{counter * 40:.1f}", "--json")
    assert (ratio.code, ratio.json["display"]["factor"]) == (1, "40")
    order = read(edge, tap, SWAPPED, "--order", "CDAB", "--json").json["values"]
    counter = next(one["value"] for one in order if one["measure"] == "import_active_energy")
    swapped = read(edge, tap, SWAPPED, "--expect", f"{counter:.1f}", "--json")
    assert (swapped.code, swapped.json["display"]["order"]) == (1, "CDAB")


def test_live_reads_again_and_watches_the_counters_rise(edge, tap) -> None:
    ran = read(edge, tap, 3, "--live", "--times", 2, "--json")
    assert ran.code == 0
    assert any("只增不减" in check["zh"] for check in ran.json["checks"])
    assert len([1 for unit, _ in tap.asked if unit == 3]) >= 4


def test_another_model_at_this_address_is_refused_or_makes_no_sense(edge, tap) -> None:
    ran = read(edge, tap, 3, template="acrel/adw300")
    assert ran.code == 6
    assert "✗" in ran.err


def test_a_meter_that_does_not_answer_and_one_that_nobody_knows(edge, tap, tmp_path: Path) -> None:
    ran = read(edge, tap, DEAD)
    assert ran.code == 4
    assert "CW-E2063" in ran.err
    ran = edge("try", "M-99")
    assert ran.code == 3
    assert "--template" in ran.err


def test_what_a_scan_found_needs_no_options_and_a_swapped_order_is_in_use(edge, tap, tmp_path: Path) -> None:
    (tmp_path / "scan.toml").write_text(
        f'url = "{tap.url}"\n[[device]]\nid = "M-08"\nunit = {SWAPPED}\n'
        f'template = "{TEMPLATE}"\norder = "CDAB"\n'
    )
    ran = edge("try", SWAPPED)
    assert ran.code == 0
    assert "字序疑似相反" in ran.err
    assert "已采用" in ran.err
    assert edge("try", "M-08").code == 0


@pytest.mark.parametrize(
    ("option", "value"), [("--order", "ABDC"), ("--expect", "much"), ("--expect", "NaN")]
)
def test_an_option_that_makes_no_sense_is_refused(edge, tap, option, value) -> None:
    ran = read(edge, tap, 3, option, value)
    assert ran.code == 3
    assert tap.asked == []
