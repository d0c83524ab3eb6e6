"""The routes of workbooks, bulk deeds, files, labels and documents, as pages use them."""

import shutil
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document
from fastapi import FastAPI
from httpx import AsyncClient
from openpyxl import load_workbook
from pypdf import PdfReader
from small_city import EAST, WEST, client, fill

from civicwatt_cloud.app import create_app
from civicwatt_cloud.kit.guard import MAX_UPLOAD
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.settings import Settings

PEOPLE, CHANGES = "/api/v1/org/people", "/api/v1/org/changes"
WANG = {"owner_id": 1, "number": "P-1", "name": "王强", "rank": "科级以下", "phone": "139"}
MERGER = {"owner_id": 1, "kind": "merge", "into_id": 3, "on_day": "2026-12-01", "document": "鄂编〔2026〕1号"}
TABLE = "单位编码,人员编号,姓名,职级\nU1,P-1,王强,正科级\nU2,P-2,李丽,正科级\n".encode()


@pytest.fixture
async def app(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[FastAPI]:
    """The application with the small city in it."""
    (tmp_path / "data").mkdir()
    shutil.copy(sqlite_template, tmp_path / "data/civicwatt.sqlite")
    made = create_app(Settings(data_dir=tmp_path / "data", mqtt_host=None))
    async with made.router.lifespan_context(made):
        with made.state.database.session() as session:
            fill(session)
        yield made


@pytest.fixture
async def east(app: FastAPI) -> AsyncIterator[AsyncClient]:
    async with client(app, Role.ORGANISATION_MANAGER, EAST) as opened:
        yield opened


@pytest.fixture
async def west(app: FastAPI) -> AsyncIterator[AsyncClient]:
    async with client(app, Role.ORGANISATION_MANAGER, WEST) as opened:
        yield opened


async def test_a_workbook_goes_out_empty_comes_in_and_goes_out_full(
    east: AsyncClient, west: AsyncClient
) -> None:
    template = await east.get(f"{PEOPLE}/template")
    assert load_workbook(BytesIO(template.content)).sheetnames == ["人员", "选项", "填写说明"]
    tried = (await east.post(f"{PEOPLE}/import?format=csv", content=TABLE)).json()
    assert tried["dry_run"] is True
    assert {key: tried[key] for key in ("new", "changed", "identical", "bad")} == {
        "new": 1,
        "changed": 0,
        "identical": 0,
        "bad": 1,
    }
    assert tried["rows"][1]["problem"]["where"] == "人员!A3"
    assert (await east.get(PEOPLE)).json()["total"] == 0
    await east.post(f"{PEOPLE}/import?format=csv&dry_run=false", content=TABLE)
    for who, people in ((east, ["P-1"]), (west, [])):
        exported = await who.get(f"{PEOPLE}/export?q=王")
        rows = load_workbook(BytesIO(exported.content)).worksheets[0].iter_rows(min_row=2, values_only=True)
        assert [row[2] for row in rows] == people
    assert "attachment" in exported.headers["content-disposition"]


async def test_s16_a_workbook_that_is_none_is_refused(east: AsyncClient) -> None:
    for content, code in ((TABLE, "CW-K1402"), (b"x" * (MAX_UPLOAD + 1), "CW-A1010")):
        refused = await east.post(f"{PEOPLE}/import", content=content)
        assert refused.json()["code"] == code
    assert (await east.post(PEOPLE, content=b"x" * 1_100_000)).json()["code"] == "CW-A1010"


async def test_many_records_take_one_step_or_none_does(east: AsyncClient) -> None:
    made = [(await east.post(CHANGES, json=MERGER)).json()["id"] for _ in range(2)]
    said = {"event": "submit", "records": [{"id": one, "rev": 1 + (one == made[1])} for one in made]}
    refused = await east.post(f"{CHANGES}/bulk", json=said)
    assert (refused.status_code, refused.json()["where"]) == (409, f"org_change/{made[1]}")
    assert {row["state"] for row in (await east.get(CHANGES)).json()["rows"]} == {"draft"}
    said["records"][1]["rev"] = 1
    assert (await east.post(f"{CHANGES}/bulk", json=said)).json() == {"done": 2}
    assert {row["state"] for row in (await east.get(CHANGES)).json()["rows"]} == {"review"}
    assert (await east.post(f"{CHANGES}/bulk", json=said | {"event": "fly"})).status_code == 422


async def test_a_form_is_made_as_word_and_as_pdf(app: FastAPI, east: AsyncClient, west: AsyncClient) -> None:
    number = (await east.post(CHANGES, json=MERGER | {"document": "甲<乙>&丙"})).json()["id"]
    await east.post(f"{CHANGES}/{number}/submit", json={"rev": 1})
    word = Document(BytesIO((await east.get(f"{CHANGES}/{number}/document")).content))
    cells = [[cell.text for cell in row.cells] for table in word.tables for row in table.rows]
    assert ["依据文件", "甲<乙>&丙"] in cells
    assert ["并入或隶属的单位", "U3"] in cells
    assert ["办理状态", "待审批"] in cells
    assert [row[:2] for row in cells[-2:]] == [
        ["发起", "organisation_manager"],
        ["提交", "organisation_manager"],
    ]
    made = await east.get(f"{CHANGES}/{number}/document?format=pdf")
    text = PdfReader(BytesIO(made.content)).pages[0].extract_text().replace("\0", "")
    assert "机构变更审批表" in text
    assert "甲<乙>&丙" in text
    assert (await west.get(f"{CHANGES}/{number}/document")).status_code == 404
    own = Document()
    own.add_paragraph("{{ title }}：{{ lines[0].text }}{{ form.__class__ }}")
    (app.state.settings.data_dir / "forms").mkdir()
    own.save(str(app.state.settings.data_dir / "forms" / "org_change.docx"))
    word = Document(BytesIO((await east.get(f"{CHANGES}/{number}/document")).content))
    assert word.paragraphs[0].text == "机构变更审批表：单位1"


async def test_a_label_names_its_record_to_whoever_may_see_it(
    app: FastAPI, east: AsyncClient, west: AsyncClient
) -> None:
    number = (await east.post(PEOPLE, json=WANG)).json()["id"]
    sheet = await east.get(f"{PEOPLE}/labels", params={"id": [number] * 2})
    page = PdfReader(BytesIO(sheet.content)).pages[0]
    short = next(line for line in page.extract_text().replace("\0", "").splitlines() if "person-" in line)
    found = (await east.get(f"/api/v1/labels/{short}")).json()
    assert found == {"module": "org", "entity": "person", "path": "people", "id": number, "title": "王强"}
    assert (await west.get(f"/api/v1/labels/{short}")).status_code == 404
    assert (await west.get(f"{PEOPLE}/labels", params={"id": number})).status_code == 404
    forged = short[:-1] + ("A" if short[-1] != "A" else "B")
    for other in (forged, short.replace(f"-{number}-", "-999-"), "person-1", "x", "person-²-A"):
        assert (await east.get(f"/api/v1/labels/{other}")).status_code == 404
    key = app.state.settings.label_key_path
    assert (len(key.read_bytes()), key.stat().st_mode & 0o777) == (32, 0o600)
