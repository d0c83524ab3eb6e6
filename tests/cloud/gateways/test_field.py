"""A gateway's day at the cloud: it binds its own meters, reports replaced ones, asks what has arrived."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import numpy as np
import pytest
from sqlalchemy import select

from civicwatt_cloud.kit.audit import Audit
from civicwatt_cloud.kit.business_time import MINUTE_US
from civicwatt_cloud.kit.directory_import import import_directory
from civicwatt_cloud.timeseries.intake.loading import load
from civicwatt_cloud.timeseries.intake.sequences import add_received
from civicwatt_cloud.timeseries.ledger.books.ledger import Ledger
from civicwatt_cloud.timeseries.ledger.models import LedgerMonth
from civicwatt_cloud.timeseries.points import Point, ensure_gateway
from civicwatt_cloud.timeseries.stores.readings import Batch
from civicwatt_edge.identity import enrolment
from civicwatt_edge.identity.cloud_api import CloudApi
from civicwatt_edge.security_errors import CloudRefused

DIRECTORY = """\
单位编码,单位名称,单位类型,层级,区划代码,区划名称,楼栋编码,楼栋名称,建筑面积,面积起始,面积依据,用能人数,人数起始,人数依据
A,甲局,党政机关,市级,429900,荆襄市,A-1,主楼,1000,2020-01-01,产权证,50,2020-01-01,核定
C,邻市丙校,教育,市级,429800,邻市,C-1,教学楼,500,2020-01-01,产权证,10,2020-01-01,核定
"""
METERS, REPLACEMENTS = "/api/v1/gateway/meters", "/api/v1/gateway/replacements"
Enrol = Callable[[str], CloudApi]


@pytest.fixture
def enrolled(cloud: Any, tmp_path: Path) -> Enrol:
    """Lets a gateway in; what it asks the cloud with."""
    return registry(cloud, tmp_path)


def registry(cloud: Any, tmp: Path) -> Enrol:
    (tmp / "名录.csv").write_text(DIRECTORY)
    with cloud.database.session() as session:
        assert import_directory(session, tmp / "名录.csv").problems == []

    def make(gateway: str) -> CloudApi:
        folder = tmp / gateway
        folder.mkdir()
        answer = enrolment.request_certificate(CloudApi(cloud.url), folder, gateway, cloud.code(gateway))
        enrolment.keep(folder, answer)
        text = f'url = "{cloud.url}"\ngateway = "{gateway}"\ndivision = "{answer["division"]}"\n'
        (folder / "cloud.toml").write_text(text)
        return CloudApi.enrolled(folder)

    return make


def row(device: str = "M-1", **other: Any) -> dict[str, Any]:
    plain = {"device": device, "name": "一层空调", "template": "acrel/adw300"}
    return plain | {"building": "A-1", "end_use": "空调", "in_use_from": "2026-01-01"} | other


def bound(cloud: Any, gateway: str) -> list[tuple[str, str, str | None]]:
    with cloud.database.reading() as session:
        columns = (Point.device, Point.measure, Point.end_use)
        query = select(*columns).where(Point.gateway == gateway, Point.is_consumption).order_by(Point.device)
        return [tuple(found) for found in session.execute(query)]


def audited(cloud: Any, gateway: str) -> list[tuple[str, str, dict | None, dict | None]]:
    with cloud.database.reading() as session:
        of_day = Audit.what.in_(("meter_bound", "replacement_entered"))
        mine = select(Audit).where(Audit.who == f"gateway/{gateway}", of_day)
        rows = session.scalars(mine.order_by(Audit.id))
        return [
            (one.what, one.subject, *(text and json.loads(text) for text in (one.before, one.after)))
            for one in rows
        ]


def test_a_gateway_binds_its_meters_and_hears_what_became_of_each(cloud: Any, enrolled: Enrol) -> None:
    api = enrolled("gw-bind")
    rows = [row(), row("M-2", end_use="lighting", template="eastron/sdm630", institution="A")]
    answer = api.call("POST", METERS, {"rows": rows})
    assert answer == {
        "added": ["M-1", "M-2"],
        "changed": [],
        "unchanged": [],
        "problems": [],
        "dry_run": False,
    }
    assert bound(cloud, "gw-bind") == [
        ("M-1", "import_active_energy", "hvac"),
        ("M-2", "import_active_energy", "lighting"),
    ]
    rows[1] |= {"end_use": "动力"}
    again = api.call("POST", METERS, {"rows": [*rows, row("M-3")]})
    assert (again["added"], again["changed"], again["unchanged"]) == (["M-3"], ["M-2"], ["M-1"])
    deeds = audited(cloud, "gw-bind")
    assert [(what, subject) for what, subject, _, _ in deeds] == [
        ("meter_bound", f"gw-bind/M-{n}") for n in (1, 2, 2, 3)
    ]
    assert deeds[0][2] is None
    assert deeds[2][2] | {"end_use": "power"} == deeds[2][3]


def test_a_template_that_only_the_gateway_knows_is_bound_by_its_measures(cloud: Any, enrolled: Enrol) -> None:
    api = enrolled("gw-own")
    own = row(template="acme/pm7", measures=["voltage_l1", "import_active_energy"])
    assert api.call("POST", METERS, {"rows": [own]})["added"] == ["M-1"]
    assert bound(cloud, "gw-own") == [("M-1", "import_active_energy", "hvac")]


def test_a_dry_run_says_the_same_and_changes_nothing(cloud: Any, enrolled: Enrol) -> None:
    api = enrolled("gw-dry")
    rows = [row(), row("M-2", building="B-9")]
    tried = api.call("POST", METERS, {"rows": rows, "dry_run": True})
    assert (bound(cloud, "gw-dry"), audited(cloud, "gw-dry")) == ([], [])
    done = api.call("POST", METERS, {"rows": rows})
    assert tried == done | {"dry_run": True}
    assert [found[0] for found in bound(cloud, "gw-dry")] == ["M-1"]


def test_without_a_date_a_bound_meter_keeps_its_own(cloud: Any, enrolled: Enrol) -> None:
    api = enrolled("gw-date")
    api.call("POST", METERS, {"rows": [row(in_use_from="2026-01-01")]})
    undated = {key: text for key, text in row().items() if key != "in_use_from"}
    answer = api.call("POST", METERS, {"rows": [undated, undated | {"device": "M-2"}]})
    assert (answer["unchanged"], answer["added"]) == (["M-1"], ["M-2"])


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"building": "B-9"}, "building", "CW-T1011"),
        ({"building": "C-1"}, "building", "CW-T1011"),  # of another city: it does not exist for this gateway
        ({"institution": "C"}, "building", "CW-T1011"),  # the building belongs to A
        ({"institution": "X"}, "building", "CW-T1011"),
        ({"end_use": "锅炉"}, "end_use", "CW-T1012"),
        ({"template": "acme/none"}, "template", "CW-T1015"),
        ({"measures": ["import_active_energy", "colour"]}, "measures", "CW-T1017"),
        ({"template": "simulated/water_counter"}, "template", "CW-T1014"),
        ({"device": "a/b"}, "device", "CW-T1016"),
        ({"name": ""}, "name", "CW-D1011"),
        ({"in_use_from": "2026-02-30"}, "in_use_from", "CW-D1018"),
        ({"device": "M-0"}, "device", "CW-T1013"),
    ],
)
def test_a_bad_row_is_named_by_number_and_field_and_the_others_are_kept(
    gateway_of_rows: CloudApi, change: dict[str, str], field: str, code: str
) -> None:
    rows = [row("M-0"), row() | change]
    answer = gateway_of_rows.call("POST", METERS, {"rows": rows, "dry_run": True})
    [problem] = answer["problems"]
    assert (problem["row"], problem["field"], problem["code"]) == (1, field, code)
    assert all(problem[text] for text in ("detail", "detail_en", "remedy", "remedy_en"))
    assert answer["added"] == ["M-0"]


@pytest.fixture(scope="module")
def gateway_of_rows(cloud: Any, tmp_path_factory: pytest.TempPathFactory) -> CloudApi:
    return registry(cloud, tmp_path_factory.mktemp("rows"))("gw-rows")


def test_a_meter_swapped_in_the_field_is_exact_in_the_books(cloud: Any, enrolled: Enrol) -> None:
    api, now_us = enrolled("gw-swap"), cloud.app.state.clock.now_us()
    api.call("POST", METERS, {"rows": [row()]})
    with cloud.database.reading() as session:
        point = session.scalar(select(Point.id).where(Point.gateway == "gw-swap", Point.is_consumption))
    start_us = now_us - 60 * MINUTE_US
    ts = start_us + np.arange(60) * MINUTE_US
    values = np.concatenate([8800 + np.arange(30) * 0.4, np.arange(30) * 0.5 + 0.6])
    load(cloud.database, cloud.app.state.store, Batch.of(point, ts, np.round(values, 6)))
    facts = {"device": "M-1", "old_final": 8812.4, "new_initial": "0.3", "reason": "烧毁"}
    answer = api.call("POST", REPLACEMENTS, facts)
    assert answer["form_number"].startswith("HB-20")
    assert (answer["is_new"], answer["measure"], answer["unit"]) == (True, "import_active_energy", "kWh")
    assert (answer["old_final"], answer["new_initial"]) == ("8812.4", "0.3")
    assert api.call("POST", REPLACEMENTS, facts) == answer | {"is_new": False}
    Ledger(cloud.database, cloud.app.state.store, ZoneInfo("Asia/Shanghai")).recompute_all()
    with cloud.database.reading() as session:
        micro = session.scalars(select(LedgerMonth.micro).where(LedgerMonth.point_id == point)).all()
    assert sum(micro) == 29 * 400_000 + 800_000 + 300_000 + 29 * 500_000
    [_, deed] = audited(cloud, "gw-swap")
    assert deed[:2] == ("replacement_entered", "gw-swap/M-1")
    assert deed[3]["form_number"] == answer["form_number"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"device": "M-9"}, "CW-G4106"),
        ({"measure": "voltage_l1"}, "CW-G4106"),
        ({"at": "2126-01-01T00:00:00+08:00"}, "CW-G4105"),
        ({"at": "2026-01-01T00:00:00"}, "CW-A1008"),  # of which zone?
        ({"at": "0001-01-01T00:00:00+14:00"}, "CW-A1008"),  # not a moment in UTC
        ({"at": "9999-12-31T23:59:59Z"}, "CW-A1008"),  # not one in the business zone
        ({"at": "1969-12-31T23:59:59Z"}, "CW-A1008"),
        ({"old_final": -1}, "CW-A1008"),
        ({"old_final": 1e300}, "CW-A1008"),
        ({"new_initial": "0.0000001"}, "CW-A1008"),
        ({"who": "me"}, "CW-A1008"),
    ],
)
def test_a_form_that_makes_no_sense_is_refused_with_its_code(
    gateway_of_rows: CloudApi, change: dict[str, Any], code: str
) -> None:
    gateway_of_rows.call("POST", METERS, {"rows": [row()]})
    with pytest.raises(CloudRefused) as refusal:
        gateway_of_rows.call(
            "POST", REPLACEMENTS, {"device": "M-1", "old_final": 5, "new_initial": 0} | change
        )
    assert refusal.value.facts["problem"] == code


def test_a_slip_in_a_final_is_sent_back_and_taken_once_confirmed(cloud: Any, enrolled: Enrol) -> None:
    api, now_us = enrolled("gw-slip"), cloud.app.state.clock.now_us()
    api.call("POST", METERS, {"rows": [row()]})
    with cloud.database.reading() as session:
        point = session.scalar(select(Point.id).where(Point.gateway == "gw-slip", Point.is_consumption))
    ts = now_us - 60 * MINUTE_US + np.arange(60) * MINUTE_US
    load(cloud.database, cloud.app.state.store, Batch.of(point, ts, 62_870 + np.arange(60) * 0.5))
    slip = {"device": "M-1", "old_final": 9999999, "new_initial": 0}
    with pytest.raises(CloudRefused) as refusal:
        api.call("POST", REPLACEMENTS, slip)
    assert refusal.value.facts["problem"] == "CW-G4108"
    assert "62899.5" in str(refusal.value)
    assert api.call("POST", REPLACEMENTS, slip | {"confirmed": True})["is_new"]


def test_a_gateway_cannot_touch_the_meters_of_another(enrolled: Enrol) -> None:
    one, other = enrolled("gw-one"), enrolled("gw-other")
    one.call("POST", METERS, {"rows": [row("M-7")]})
    with pytest.raises(CloudRefused) as refusal:
        other.call("POST", REPLACEMENTS, {"device": "M-7", "old_final": 5, "new_initial": 0})
    assert refusal.value.facts["problem"] == "CW-G4106"


def test_what_has_arrived_is_told_with_what_is_missing_and_what_came_twice(
    cloud: Any, enrolled: Enrol
) -> None:
    api = enrolled("gw-count")
    with cloud.database.session() as session:
        ensure_gateway(session, "gw-count")
        for numbers in ([1, 2, 3, 4], [4, 7, 8, 8], [20]):
            add_received(session, {("gw-count", "e-1"): numbers})
    ask = "/api/v1/gateway/received?epoch={}&from={}&to={}"
    assert api.call("GET", ask.format("e-1", 0, 10)) == {
        "stored": 6,
        "missing": [[0, 0], [5, 6], [9, 10]],
        "duplicates_ignored": 2,
    }
    assert api.call("GET", ask.format("e-1", 7, 8))["missing"] == []
    nothing = {"stored": 0, "missing": [[1, 3]], "duplicates_ignored": 0}
    assert api.call("GET", ask.format("e-2", 1, 3)) == nothing
    assert enrolled("gw-curious").call("GET", ask.format("e-1", 1, 3)) == nothing


@pytest.mark.parametrize("path", [METERS, REPLACEMENTS, "/api/v1/gateway/received?epoch=e&from=0&to=1"])
def test_s12_without_a_signature_no_route_of_gateways_answers(cloud: Any, path: str) -> None:
    with httpx.Client(base_url=cloud.url, trust_env=False) as client:
        answer = client.get(path) if "?" in path else client.post(path, json={})
    assert (answer.status_code, answer.json()["code"]) == (401, "CW-G4005")
