from collections import Counter
from datetime import date

import msgspec
import pytest

from civicwatt_protocols import templates
from civicwatt_protocols.errors import ConfigError
from civicwatt_sim.city import check_city, demo_city
from civicwatt_sim.errors import BadScenario
from civicwatt_sim.meter import simulate
from civicwatt_sim.scenario import EndUse, InstitutionKind, read_city, write_city


def test_the_demonstration_has_what_its_pages_must_show():
    city = demo_city()
    rows = list(city.meters())
    meters = [meter for _, _, meter in rows]
    assert len(city.institutions) == 12
    assert {institution.kind for institution in city.institutions} == set(InstitutionKind)
    assert sum(len(institution.buildings) for institution in city.institutions) == 16
    assert 60 <= len(meters) <= 66
    shown = {meter.template for meter in meters}
    assert len(shown) == 7
    assert shown <= set(templates.names())
    assert {meter.end_use for meter in meters} == set(EndUse)
    assert {meter.gateway for meter in meters} == {"gw-01", "gw-02"}
    assert Counter(not institution.heads for institution in city.institutions)[True] == 1
    silent = [meter for meter in meters if not meter.answers]
    assert [meter.end_use for meter in silent] == [EndUse.HVAC]
    areas = [sum(b.areas[-1].value for b in institution.buildings) for institution in city.institutions]
    assert min(areas) == 1_800
    assert max(areas) == 60_000


def test_areas_and_establishments_change_on_dated_papers_in_the_second_year():
    city = demo_city(installed=date(2030, 3, 1))
    heads = [i.heads for i in city.institutions if len(i.heads) > 1]
    areas = [b.areas for i in city.institutions for b in i.buildings if len(b.areas) > 1]
    assert [(row[1].valid_from, row[1].source) for row in heads] == [(date(2031, 3, 1), "2031年编制核定")]
    assert [(row[1].valid_from, row[1].source) for row in areas] == [
        (date(2031, 7, 1), "2031年扩建竣工测绘报告")
    ]


def test_in_the_check_city_every_meter_answers_and_all_else_is_the_same():
    check, demo = list(check_city().meters()), list(demo_city().meters())
    assert sum(meter.answers for _, _, meter in check) == len(check) >= 60
    for (*_, one), (*_, other) in zip(check, demo, strict=True):
        assert msgspec.structs.replace(other, answers=True) == one


def test_no_address_and_no_name_is_given_twice_and_a_bus_has_one_gateway():
    meters = [meter for _, _, meter in demo_city().meters()]
    assert len({meter.device for meter in meters}) == len(meters)
    assert len({(meter.bus, meter.unit) for meter in meters}) == len(meters)
    assert len({(meter.bus, meter.gateway) for meter in meters}) == len({meter.bus for meter in meters}) == 5


def test_a_scenario_file_gives_back_the_city(tmp_path):
    path = tmp_path / "city.json"
    write_city(demo_city(3), path)
    assert read_city(path) == demo_city(3)


@pytest.mark.parametrize("text", ["", "{}", '{"seed": "7"}'])
def test_a_broken_scenario_file_is_a_named_error(tmp_path, text):
    path = tmp_path / "city.json"
    path.write_text(text)
    with pytest.raises(BadScenario, match="CW-S1002") as caught:
        read_city(path)
    assert isinstance(caught.value, ConfigError)
    with pytest.raises(BadScenario):
        read_city(tmp_path / "none.json")


def test_a_doubled_unit_id_is_refused(tmp_path):
    path = tmp_path / "city.json"
    write_city(demo_city(), path)
    data = msgspec.json.decode(path.read_bytes())
    meters = data["institutions"][0]["buildings"][0]["meters"]
    meters[1]["unit"] = meters[0]["unit"]
    path.write_bytes(msgspec.json.encode(data))
    with pytest.raises(BadScenario, match=r"\(0, 1\)"):
        read_city(path)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("unit", 300),
        ("unit", 0),
        ("bus", -1),
        ("bus", 70_000),
        ("rated_kw", -5),
        ("rated_kw", 1e300),
        ("x", 1),
    ],
)
def test_a_meter_that_no_bus_could_carry_is_refused(tmp_path, key, value):
    path = tmp_path / "city.json"
    write_city(demo_city(), path)
    data = msgspec.json.decode(path.read_bytes())
    data["institutions"][0]["buildings"][0]["meters"][0][key] = value
    path.write_bytes(msgspec.json.encode(data))
    with pytest.raises(BadScenario, match="CW-S1002"):
        read_city(path)


def test_a_meter_whose_template_is_unknown_or_counts_nothing_for_its_end_use_is_refused(tmp_path):
    path = tmp_path / "city.json"
    for change in ({"template": "no/such"}, {"end_use": "water"}):
        write_city(demo_city(), path)
        data = msgspec.json.decode(path.read_bytes())
        meter = data["institutions"][0]["buildings"][0]["meters"][0]
        meter.update(change)
        path.write_bytes(msgspec.json.encode(data))
        with pytest.raises(BadScenario, match=meter["device"]):
            simulate(read_city(path))
