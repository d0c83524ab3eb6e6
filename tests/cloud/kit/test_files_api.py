"""S16: the routes of files, as pages use them."""

import hashlib
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from PIL import Image
from small_city import EAST, WEST, client, fill

from civicwatt_cloud.app import create_app
from civicwatt_cloud.kit.guard import MAX_UPLOAD
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.modules.org.module import MODULE

PEOPLE = "/api/v1/org/people"
WANG = {"owner_id": 1, "number": "P-1", "name": "王强", "rank": "科级以下"}
PERSON = replace(MODULE.entity("person"), has_files=True)


@pytest.fixture
async def app(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[FastAPI]:
    """The application with the small city in it, where people have files."""
    modules = (replace(MODULE, entities=(PERSON,), routers=()),)
    (tmp_path / "data").mkdir()
    shutil.copy(sqlite_template, tmp_path / "data/civicwatt.sqlite")
    made = create_app(Settings(data_dir=tmp_path / "data", mqtt_host=None), modules)
    async with made.router.lifespan_context(made):
        with made.state.database.session() as session:
            fill(session)
        yield made


def plan() -> bytes:
    written = BytesIO()
    Image.new("RGB", (800, 400), "white").save(written, "PNG")
    return written.getvalue()


async def test_s16_a_file_is_an_attachment_that_runs_nothing(app: FastAPI) -> None:
    async with client(app, Role.ORGANISATION_MANAGER, EAST) as east:
        number = (await east.post(PEOPLE, json=WANG)).json()["id"]
        files = f"{PEOPLE}/{number}/files"
        made = await east.post(f"{files}?name=../平面图.png&kind=floor_plan", content=plan())
        assert (made.status_code, made.json()["name"]) == (201, "平面图.png")
        assert (await east.get(files)).json() == [made.json()]
        address = f"/api/v1/files/{made.json()['sha256']}"
        found = await east.get(address)
        assert hashlib.sha256(found.content).hexdigest() == made.json()["sha256"]
        assert found.headers["content-type"] == "image/png"
        assert found.headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert found.headers["x-content-type-options"] == "nosniff"
        assert found.headers["content-disposition"].startswith("attachment; filename*=")
        small = await east.get(f"{address}?size=thumbnail")
        with Image.open(BytesIO(small.content)) as picture:
            assert (picture.format, picture.size) == ("JPEG", (320, 160))
        drawn = [{"entity": "person", "record_id": number, "points": [[0, 0], [1, 0], [1, 1]]}]
        regions = f"/api/v1/attachments/{made.json()['id']}/regions"
        assert (await east.put(regions, json=drawn)).status_code == 204
        assert (await east.get(regions)).json() == drawn
        one = f"{regions}/person/{number}"
        assert (await east.put(one, json={"points": [[0, 0], [1, 0]]})).status_code == 422
        assert (await east.put(one, json={"points": [[0, 0], [1, 0], [0, 1]]})).status_code == 204
        assert (await east.get(regions)).json()[0]["points"][2] == [0, 1]
        for content, status in ((b"<svg/>", 422), (b"x" * (MAX_UPLOAD + 1), 413)):
            assert (await east.post(f"{files}?name=a.png", content=content)).status_code == status
        async with (
            client(app, Role.ORGANISATION_MANAGER, WEST) as west,
            client(app, Role.STAFF, EAST) as staff,
        ):
            for path in (files, address, regions):
                assert (await west.get(path)).status_code == 404
                assert (await staff.get(path)).status_code == 200
            for who, status in ((west, 404), (staff, 403)):
                assert (await who.post(f"{files}?name=a.png", content=plan())).status_code == status
                assert (await who.delete(f"{files}/{made.json()['id']}")).status_code == status
                assert (await who.put(one, json={"points": [[0, 0], [1, 0], [0, 1]]})).status_code == status
                assert (await who.delete(one)).status_code == status
        assert (await east.delete(one)).status_code == 204
        assert (await east.get(regions)).json() == []
        assert (await east.delete(f"{files}/{made.json()['id']}")).status_code == 204
        assert (await east.get(address)).status_code == 404
    async with AsyncClient(transport=ASGITransport(app), base_url="http://cloud") as nobody:
        assert (await nobody.post(f"{files}?name=a.png", content=plan())).status_code == 401
        assert (await nobody.get(address)).status_code == 401
