"""S20: /metrics is read by whoever may, tells what runs, and names nobody."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from cloud.operations.conftest import add_counter
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import delete

from civicwatt_cloud.app import create_app
from civicwatt_cloud.housekeeping import housekeeping
from civicwatt_cloud.kit.business_time import DAY_US
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.operations import parts
from civicwatt_cloud.timeseries.intake import quarantine
from civicwatt_cloud.timeseries.intake.errors import Unreadable
from civicwatt_cloud.timeseries.intake.models import Quarantined
from civicwatt_cloud.timeseries.intake.quarantine import Entry
from civicwatt_cloud.timeseries.stores.readings import Batch
from civicwatt_protocols.clock import Clock

# those that appear once there is something to tell, or a broker to take in from
LATER = (
    "backup_timestamp_seconds",
    "ingest_certificate_end_timestamp_seconds",
    "ingest_connected",
    "ingest_queue_messages",
    "ingest_dropped_messages",
    "ingest_parked_messages",
)
ROOT = Path(__file__).parents[3]


@pytest.fixture
async def app(cloud: Settings) -> AsyncIterator[FastAPI]:
    made = create_app(cloud, modules=())
    async with made.router.lifespan_context(made):
        yield made


def client(app: FastAPI, host: str = "127.0.0.1") -> AsyncClient:
    transport = ASGITransport(app, client=(host, 1234), raise_app_exceptions=False)
    return AsyncClient(transport=transport, base_url="http://cloud")


async def samples(app: FastAPI) -> dict[str, float]:
    async with client(app) as near:
        text = (await near.get("/metrics")).text
    found = [one for family in text_string_to_metric_families(text) for one in family.samples]
    return {one.name: one.value for one in found}


def with_settings(app: FastAPI, **changes: object) -> None:
    app.state.settings = app.state.settings.model_copy(update=changes)


async def test_s20_only_this_machine_reads_metrics_without_a_token(app: FastAPI) -> None:
    async with client(app) as near, client(app, "10.0.0.9") as far:
        assert (await near.get("/metrics")).status_code == 200
        assert (await far.get("/metrics")).status_code == 404
        for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"):
            assert (await near.get("/metrics", headers={name: "10.0.0.9"})).status_code == 404
        with_settings(app, behind_proxy=True)
        assert (await near.get("/metrics")).status_code == 404


async def test_s20_with_a_token_whoever_has_it_reads_metrics_and_nobody_else(
    app: FastAPI, tmp_path: Path
) -> None:
    token = tmp_path / "token"
    token.write_text("correct horse battery staple\n")
    with_settings(app, metrics_token_file=token, behind_proxy=True)
    async with client(app, "10.0.0.9") as far, client(app) as near:
        right = {"Authorization": "Bearer correct horse battery staple"}
        assert (await far.get("/metrics", headers=right)).status_code == 200
        assert (await near.get("/metrics")).status_code == 404
        for wrong in ("Bearer correct", "Basic correct horse battery staple", "Bearer ", ""):
            assert (await near.get("/metrics", headers={"Authorization": wrong})).status_code == 404
        token.write_text("")
        assert (await far.get("/metrics", headers={"Authorization": "Bearer "})).status_code == 404


async def test_metrics_tell_of_every_part(app: FastAPI) -> None:
    told = await samples(app)
    assert told["civicwatt_gateways"] == told["civicwatt_gateways_online"] == 1
    assert told["civicwatt_ledger_dirty_ranges"] == 0
    assert told["civicwatt_quarantine_messages"] == 0
    assert told["civicwatt_store_info"] == told["civicwatt_build_info"] == 1
    assert told["civicwatt_disk_free_bytes"] > 0
    assert told["process_resident_memory_bytes"] > 0


async def test_requests_are_counted_by_pattern_not_by_path(app: FastAPI) -> None:
    async with client(app) as near:
        await near.get("/api/v1/institutions/4711")
        await near.get("/no/such/thing-4711")
        text = (await near.get("/metrics")).text
    assert not re.search(r'route="[^"]*4711', text)
    assert 'civicwatt_http_request_seconds_count{route="/api/v1/institutions/{institution_id}"' in text


async def test_s20_no_metric_names_a_gateway_an_institution_or_a_person(app: FastAPI) -> None:
    async with client(app) as near:
        text = (await near.get("/metrics")).text
    assert "gw-01" not in text
    allowed = {"code", "route", "status", "le", "what", "name", "version", "database"}
    assert set(re.findall(r"[{,](\w+)=", text)) <= allowed


async def test_every_metric_is_explained_and_every_alert_uses_one_that_exists(app: FastAPI) -> None:
    async with client(app) as near:
        text = (await near.get("/metrics")).text
    families = {family.name: family for family in text_string_to_metric_families(text)}
    ours = {name for name in families if name.startswith("civicwatt_") and not name.endswith("_created")}
    page = (ROOT / "docs" / "operations" / "monitoring.md").read_text()
    later = {f"civicwatt_{name}" for name in LATER}
    explained = {re.sub("_total$", "", name) for name in re.findall(r"`(civicwatt_\w+)`", page)}
    assert explained == ours | later
    rules = (ROOT / "deploy" / "prometheus" / "alerts.yaml").read_text()
    used = {re.sub("_(total|count)$", "", name) for name in re.findall(r"\b(civicwatt_\w+)", rules)}
    assert used <= ours | later


def test_housekeeping_drops_by_age_what_is_to_be_kept_so_long_and_says_so(cloud: Settings) -> None:
    settings = cloud.model_copy(update={"keep_readings_days": 400, "keep_quarantine_days": 30})
    now_us = 500 * DAY_US
    with parts.database(settings) as database, parts.readings(settings) as store:
        point = add_counter(database, "old")
        store.write(Batch.of(point, [99 * DAY_US, 101 * DAY_US], [1.0, 2.0]))
        with database.session() as session:
            session.execute(delete(Quarantined))
            for day in (469, 471):
                error = Unreadable(detail=str(day))
                quarantine.add(session, day * DAY_US, [Entry("t", error, b"x")])
        done = housekeeping(database, store, settings, Clock(now_us))
        assert (done.readings, done.quarantined) == (1, 1)
        assert store.scan([point], 0, 2**62).ts_us.tolist() == [101 * DAY_US]
        with database.reading() as session:
            assert quarantine.count(session) == 1
