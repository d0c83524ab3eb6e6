"""The routes of a score, of its papers, and the public page of a certificate."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from small_city import CITY, client, fill

from civicwatt_cloud.app import create_app
from civicwatt_cloud.kit.limits import Allowance
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.modules.certification import papers_api
from civicwatt_cloud.modules.certification.models import Certification
from civicwatt_cloud.modules.certification.module import MODULE

TOKEN = "t" * 43
PAGE = f"/api/v1/certification/certificates/{TOKEN}"


@pytest.fixture
async def app(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[FastAPI]:
    """The small city; one of its institutions holds a certificate."""
    (tmp_path / "data").mkdir()
    shutil.copy(sqlite_template, tmp_path / "data/civicwatt.sqlite")
    made = create_app(Settings(data_dir=tmp_path / "data", mqtt_host=None), modules=(MODULE,))
    async with made.router.lifespan_context(made):
        with made.state.database.session() as session:
            fill(session)
            facts = {"kind": "model_unit", "version": "2011", "grade": "city", "year": 2025}
            shown = '{"institution": "<单位1>", "years": [{"year": 2025, "value": "9.5", "mean": null}]}'
            held = {"state": "awarded", "token": TOKEN, "shown": shown, "number": "CJ-1"}
            session.add(Certification(owner_id=1, rev=1, **facts, **held))
        yield made


async def test_a_manager_sees_the_score_and_gets_its_papers(app: FastAPI) -> None:
    async with client(app, Role.ENERGY_MANAGER, CITY) as opened:
        address = "/api/v1/certification/certifications/1"
        score = (await opened.get(f"{address}/score")).json()
        assert (score["outcome"], score["unlisted"], score["score"]) == ("unknown", "89", "0")
        assert [one["reason"]["code"] for one in score["items"]] == ["CW-N1002", "CW-N1001", "CW-N1001"]
        for paper, beginning in (("report", b"PK"), ("checklist", b"PK"), ("certificate", b"%PDF")):
            answer = await opened.get(f"{address}/{paper}")
            assert (answer.status_code, answer.content[: len(beginning)]) == (200, beginning), paper
        assert (await opened.get(f"{address}/proof")).json()["code"] == "CW-M1908"


async def test_anybody_sees_what_the_certificate_says_and_not_too_often(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(papers_api, "_allowance", Allowance())
    transport = ASGITransport(app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://cloud") as anybody:
        seen = await anybody.get(PAGE)
        assert seen.status_code == 200
        assert "&lt;单位1&gt;" in seen.text
        assert "9.5" in seen.text
        assert (await anybody.get(PAGE[:-1] + "x")).status_code == 404
        assert (await anybody.get("/api/v1/certification/certifications/1/score")).status_code == 401
        answers = [(await anybody.get(PAGE)).status_code for _ in range(papers_api.OF_PUBLIC.at_once + 1)]
        assert answers[-1] == 429
