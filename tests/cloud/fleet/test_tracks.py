"""Tracks: forwarded in, shown in scope and for a purpose, thinned, exported."""

import csv
import io
import json
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.app import create_app
from civicwatt_cloud.kit.audit import Audit
from civicwatt_cloud.kit.geo import Point, System, converted
from civicwatt_cloud.kit.identity import FOR_EVER, Account, Grant, open_session, real_now_us
from civicwatt_cloud.kit.jobs import PLATFORM
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.modules.fleet.positions import tracks, watch
from civicwatt_cloud.modules.fleet.positions.models import Position, Terminal
from civicwatt_cloud.modules.fleet.positions.tracks import Dot

TOKEN = "w7Jq-forwarder"
DAY = {"from": "2026-10-01T00:00:00+08:00", "to": "2026-10-02T00:00:00+08:00"}
WHY = {"purpose": "核实国庆用车"}


@pytest.fixture
async def app(
    tmp_path: Path, sqlite_template: Path, filled: Callable[[Session], None]
) -> AsyncIterator[FastAPI]:
    token, data = tmp_path / "token", tmp_path / "data"
    data.mkdir()
    shutil.copy(sqlite_template, data / "civicwatt.sqlite")
    token.write_text(TOKEN)
    made = create_app(Settings(data_dir=data, mqtt_host=None, positions_token_file=token))
    async with made.router.lifespan_context(made):
        with made.state.database.session() as session:
            filled(session)
        yield made


def client(app: FastAPI, role: Role, institution: int) -> AsyncClient:
    """Somebody who is signed in."""
    now_us = real_now_us()
    with app.state.database.session() as session:
        account = Account(username=f"{role}-{institution}", display_name=role, created_us=now_us)
        session.add(account)
        session.flush()
        session.add(Grant(account_id=account.id, role=role, institution_id=institution, valid_from=FOR_EVER))
        token = open_session(session, account.id, now_us)
    transport = ASGITransport(app, raise_app_exceptions=False)
    return AsyncClient(transport=transport, base_url="http://cloud", cookies={"civicwatt": token})


def forwarded(second: int, longitude: float = 112.2, phone: str = "13986001234") -> dict[str, object]:
    """As Traccar forwards a position."""
    return {
        "position": {
            "id": second,
            "deviceId": 10,
            "protocol": "osmand",
            "serverTime": "2026-10-01T09:59:00.000+00:00",
            "fixTime": f"2026-10-01T01:{30 + second // 60}:{second % 60:02}.000+00:00",
            "valid": True,
            "latitude": 31.03,
            "longitude": longitude,
            "altitude": 102.4,
            "speed": 10.0,
            "course": 90.2,
            "accuracy": 12.0,
            "attributes": {"ignition": True, "odometer": 12_345_600.0},
        },
        "device": {"id": 10, "name": "公务车", "uniqueId": phone},
    }


async def send(app: FastAPI, message: object, token: str = TOKEN) -> int:
    transport = ASGITransport(app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://cloud") as opened:
        headers = {"Authorization": f"Bearer {token}"}
        response = await opened.post("/api/v1/fleet/forwarded", json=message, headers=headers)
        return response.status_code


FORWARDED: list[tuple[object, str, int]] = [
    (forwarded(0), "wrong", 401),
    (forwarded(0), "", 401),
    (forwarded(0, phone="13900000000"), TOKEN, 404),
    ({}, TOKEN, 422),
    ({"position": {"fixTime": "2026-10-01T01:30:00", "latitude": 1, "longitude": 1}}, TOKEN, 422),
    ({"position": {**forwarded(0)["position"], "latitude": 1e300}, "device": {}}, TOKEN, 422),  # type: ignore[dict-item]
    ({"position": [], "device": 7}, TOKEN, 422),
    *((forwarded(0, phone=one), TOKEN, 422) for one in ("1\0", "１３９", "-1", "1" * 21)),
    (
        {**forwarded(0), "position": {**forwarded(0)["position"], "fixTime": "9999-12-31T23:59:59Z"}},
        TOKEN,
        422,
    ),  # type: ignore[dict-item]
    ([], TOKEN, 422),
]


async def test_a_traccar_server_forwards_positions(app: FastAPI) -> None:
    assert await send(app, forwarded(15)) == 204
    assert await send(app, forwarded(15)) == 204
    with app.state.database.reading() as session:
        (row,) = session.scalars(select(Position))
    told = (row.at_us, row.latitude_micro, row.longitude_micro, row.speed_hm_h, row.mileage_hm)
    assert told == (1_790_818_215_000_000, 31_030_000, 112_200_000, 185, 123_456)
    assert (row.accuracy_m, row.is_on, row.source) == (12, True, "forwarded")
    for message, token, status in FORWARDED:
        assert await send(app, message, token) == status, message


async def test_s25_a_track_is_shown_in_scope_and_its_purpose_is_logged(app: FastAPI) -> None:
    for second in range(0, 120, 30):
        assert await send(app, forwarded(second, 112.2 + second / 100_000)) == 204
    async with client(app, Role.FLEET_CLERK, 1) as own, client(app, Role.FLEET_CLERK, 2) as other:
        shown = (await own.get("/api/v1/fleet/vehicles/1/track", params=DAY | WHY)).json()
        assert (shown["fixes"], shown["gaps"], shown["left_out"]) == (4, [], [])
        assert shown["points"][1] == {
            "at": "2026-10-01T09:30:30+08:00",
            "longitude": 112.2003,
            "latitude": 31.03,
            "speed_km_h": 18.5,
            "course_deg": 90,
        }
        for path in ("/track", "/track/export"):
            assert (await other.get(f"/api/v1/fleet/vehicles/1{path}", params=DAY | WHY)).status_code == 404
        assert (await own.get("/api/v1/fleet/vehicles/1/track", params=DAY)).status_code == 422
        year = DAY | WHY | {"from": "2025-10-01T00:00:00+08:00"}
        refused = await own.get("/api/v1/fleet/vehicles/1/track", params=year)
        assert (refused.status_code, refused.json()["code"]) == (422, "CW-M0303")
        (here,) = (await own.get("/api/v1/fleet/live", params={"system": "gcj02"})).json()
        assert (here["plate"], here["owner"], here["motion"]) == ("鄂F00001", "单位1", "standing")
        place = Point(here["place"]["latitude"], here["place"]["longitude"])
        told = converted(place, System.GCJ02, System.WGS84)
        assert told == pytest.approx((31.03, 112.2009), abs=1e-6)
        (unheard,) = (await other.get("/api/v1/fleet/live")).json()
        assert (unheard["plate"], unheard["motion"], unheard["place"]) == ("鄂F00002", "unknown", None)
    async with client(app, Role.STAFF, 1) as staff:
        assert (await staff.get("/api/v1/fleet/vehicles/1/track", params=DAY | WHY)).status_code == 403
        assert (await staff.get("/api/v1/fleet/vehicles/1")).json()["terminal_phone"] == "***"
    with app.state.database.reading() as session:
        (row,) = session.scalars(select(Audit).where(Audit.what == "track_viewed"))
    assert (row.who, row.subject) == ("account/fleet_clerk-1", "vehicle/1")
    assert json.loads(row.after or "")["purpose"] == "核实国庆用车"


async def test_a_track_is_exported_whole_and_no_line_leads_through_a_silence(app: FastAPI) -> None:
    for second in (*range(0, 300, 30), *range(900, 1200, 30)):
        await send(app, forwarded(second, 112.2 + second / 100_000))
    async with client(app, Role.FLEET_MANAGER, 1) as own:
        files = {}
        for format_, system in (("gpx", "wgs84"), ("geojson", "gcj02"), ("csv", "gcj02"), ("csv", "wgs84")):
            asked = DAY | WHY | {"format": format_, "system": system}
            response = await own.get("/api/v1/fleet/vehicles/1/track/export", params=asked)
            name = f"track-1-2026-10-01-{system}.{format_}"
            assert response.headers["content-disposition"] == f'attachment; filename="{name}"'
            files[format_, system] = response.text
    gpx = ElementTree.fromstring(files["gpx", "wgs84"])  # noqa: S314
    segments = gpx.findall(".//{http://www.topografix.com/GPX/1/1}trkseg")
    assert [len(one) for one in segments] == [10, 10]
    assert [one.get("lon") for one in segments[0][:2]] == ["112.200000", "112.200300"]
    line = json.loads(files["geojson", "gcj02"])
    assert [len(one) for one in line["geometry"]["coordinates"]] == [10, 10]
    assert [len(one) for one in line["properties"]["times"]] == [10, 10]
    assert line["properties"]["coordinate_system"] == "GCJ-02"
    longitude, latitude, _ = line["geometry"]["coordinates"][0][0]
    told = converted(Point(latitude, longitude), System.GCJ02, System.WGS84)
    assert told == pytest.approx((31.03, 112.2), abs=1e-6)
    rows = list(csv.reader(io.StringIO(files["csv", "wgs84"])))
    moved = ["18.5", "90", "102", "12345.6"]
    assert rows[1] == ["2026-10-01T09:30:00+08:00", "112.200000", "31.030000", *moved, "WGS-84"]
    assert {row[-1] for row in csv.reader(io.StringIO(files["csv", "gcj02"]))} == {
        "coordinate_system",
        "GCJ-02",
    }


async def test_a_silence_and_what_does_not_count_are_told_beside_the_track(app: FastAPI) -> None:
    for second, longitude in ((0, 112.2), (30, 112.21), (60, 113.9), (900, 112.22)):
        await send(app, forwarded(second, longitude))
    nowhere = forwarded(930, 112.22)
    nowhere["position"]["valid"] = False  # type: ignore[index]
    await send(app, nowhere)
    async with client(app, Role.FLEET_CLERK, 1) as own:
        shown = (await own.get("/api/v1/fleet/vehicles/1/track", params=DAY | WHY)).json()
    assert [one["longitude"] for one in shown["points"]] == [112.2, 112.21, 112.22]
    (gap,) = shown["gaps"]
    assert (gap["from"][11:19], gap["to"][11:19], gap["distance_m"]) == ("09:30:30", "09:45:00", 953)
    told = [(one["reason"], one["longitude"], one["zh"]) for one in shown["left_out"]]
    assert told == [("too_fast", 113.9, "位置跳变"), ("not_fixed", None, "未定位")]


async def test_live_tells_what_lasts_and_draws_on_the_ground_of_the_setting(app: FastAPI) -> None:
    await send(app, forwarded(0, 112.3))  # outside the yard it should be in, and weeks ago
    with app.state.database.session() as session:
        watch.look(Context(session, PLATFORM, app.state.zone, real_now_us()))
    async with client(app, Role.DISPATCHER, 1) as own:
        (here,) = (await own.get("/api/v1/fleet/live")).json()
        assert (here["motion"], here["alarms"]) == ("silent", ["fence_broken"])
        ground = await own.get("/api/v1/fleet/ground")
        assert ground.json() == {"type": "FeatureCollection", "features": []}


WRITTEN: list[tuple[str, dict[str, object], int, str | None]] = [
    ("fences", {"shape": "polygon", "places": "112,31 113,31 113,32"}, 201, None),
    ("fences", {"shape": "polygon", "places": "112,31 113,32 113,31 112,32"}, 422, "CW-M0301"),
    ("fences", {"shape": "circle", "places": "112,31"}, 422, "CW-M0301"),
    ("fences", {"shape": "circle", "places": "112,31", "width_m": 500}, 201, None),
    ("fences", {"shape": "corridor", "places": "112,nan 113,31", "width_m": 50}, 422, "CW-M0301"),
    ("vehicles", {"plate": "鄂F1", "kind": "other", "terminal_phone": "013900001111"}, 201, None),
    ("vehicles", {"plate": "鄂F1", "kind": "other", "terminal_phone": "x"}, 422, "CW-M0302"),
]


async def test_fences_and_vehicles_are_checked_and_terminals_forgotten(app: FastAPI) -> None:
    async with client(app, Role.FLEET_MANAGER, 1) as own:
        for entity, said, status, code in WRITTEN:
            body = {"owner_id": 1, **({"name": "围栏"} if entity == "fences" else {}), **said}
            response = await own.post(f"/api/v1/fleet/{entity}", json=body)
            assert (response.status_code, response.json().get("code")) == (status, code), said
            if entity == "vehicles" and status == 201:
                assert response.json()["terminal_phone"] == "13900001111"
    with app.state.database.session() as session:
        facts = {"maker": "ZX", "model": "T", "number": "A1", "code_hash": "x", "registered_us": 0}
        session.add(Terminal(vehicle_id=1, phone="13986001234", **facts))
    async with client(app, Role.FLEET_CLERK, 2) as other, client(app, Role.FLEET_CLERK, 1) as own:
        assert (await other.delete("/api/v1/fleet/vehicles/1/terminal")).status_code == 404
        assert (await own.delete("/api/v1/fleet/vehicles/1/terminal")).status_code == 204
    with app.state.database.reading() as session:
        assert session.scalars(select(Terminal)).all() == []


dots = st.lists(st.tuples(st.floats(30, 32), st.floats(111, 113)), max_size=80).map(
    lambda places: [Dot(n, Point(*place), 0, 0, 0, None) for n, place in enumerate(places)]
)


@given(dots, st.integers(3, 40))
def test_a_thinned_track_keeps_its_ends_its_order_and_its_limit(sent: list[Dot], most: int) -> None:
    kept = tracks.thinned(sent, most)
    assert len(kept) <= most or len(kept) == len(sent)
    assert [one for one in sent if one in kept] == kept
    if sent:
        assert (kept[0], kept[-1]) == (sent[0], sent[-1])
