"""A small metered city on real databases, and a signed-in energy manager in front of the application."""

import shutil
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from sqlalchemy import select, update

from civicwatt_cloud.app import create_app
from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.directory_import import import_directory
from civicwatt_cloud.kit.identity import Grant, Purpose, issue_code, real_now_us
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.timeseries.binding import import_meters
from civicwatt_cloud.timeseries.intake.loading import load
from civicwatt_cloud.timeseries.ledger.books.ledger import Ledger
from civicwatt_cloud.timeseries.points import Point
from civicwatt_cloud.timeseries.stores.readings import Batch

NOW = datetime(2026, 3, 3, 4, 20, tzinfo=UTC)  # 12:20 in the business zone
BEGAN = datetime(2025, 12, 31, 16, 0, tzinfo=UTC)  # 2026-01-01 in the business zone
NOW_US, BEGAN_US = (int(t.timestamp()) * 1_000_000 for t in (NOW, BEGAN))
DIRECTORY = """\
单位编码,单位名称,单位类型,层级,区划代码,区划名称,楼栋编码,楼栋名称,建筑面积,面积起始,面积依据,用能人数,人数起始,人数依据
A,甲局,党政机关,市级,429900,荆襄市,A-1,主楼,1000,2020-01-01,产权证,50,2020-01-01,核定
B,乙馆,场馆,市级,429900,荆襄市,B-1,馆舍,2000,2020-01-01,产权证,,,
C,邻市丙校,教育,市级,429800,邻市,C-1,教学楼,500,2020-01-01,产权证,10,2020-01-01,核定
"""
METERS = """\
网关,设备,名称,模板,楼栋编码,分项,启用日期
g,A-L,甲照明,acrel/adw300,A-1,照明插座,2026-01-01
g,A-H,甲空调,eastron/sdm630,A-1,空调,2026-01-01
g,A-W,甲水表,simulated/water_counter,A-1,用水,2026-01-01
g,A-P,甲光伏,huawei/sun2000,A-1,光伏,2026-01-01
g,B-L,乙照明,chint/dtsu666,B-1,照明插座,2026-01-01
g,C-L,丙照明,acrel/adl400,C-1,照明插座,2026-01-01
"""
PER_HOUR = {"A-L": 1.5, "A-W": 0.25, "A-P": 2.0, "B-L": 3.0, "C-L": 5.0}  # A-H never answers


@dataclass
class City:
    """What the tests ask about."""

    app: FastAPI
    client: AsyncClient
    points: dict[str, int]
    institutions: dict[str, int]

    def write(self, device: str, hours: list[float], values: list[float], **more: object) -> None:
        """Store readings of the device's counter, hours after BEGAN, and book them."""
        self.load(device, hours, values, **more)
        self.book()

    def load(self, device: str, hours: list[float], values: list[float], **more: object) -> None:
        """Store readings of the device's counter, hours after BEGAN."""
        state = self.app.state
        ts = BEGAN_US + (np.asarray(hours) * HOUR_US).astype(np.int64)
        load(state.database, state.store, Batch.of(self.points[device], ts, values, **more))

    def book(self) -> None:
        """Book all that is stored."""
        state = self.app.state
        Ledger(state.database, state.store, state.zone).recompute_all()

    async def get(self, path: str) -> dict:
        """The answer of a route under /api/v1, which must succeed."""
        response = await self.client.get(f"/api/v1/{path}")
        assert response.status_code == 200, response.text
        return response.json()


@pytest.fixture
async def city(tmp_path: Path, sqlite_template: Path, books_by_hand: None) -> AsyncIterator[City]:
    shutil.copy(sqlite_template, tmp_path / "civicwatt.sqlite")
    async with _city(tmp_path) as made:
        yield made


@pytest.fixture
async def cities(
    tmp_path: Path, sqlite_template: Path, postgresql_url: str, books_by_hand: None
) -> AsyncIterator[list[City]]:
    """The same city twice: on SQLite, and on PostgreSQL."""
    folders = [tmp_path / "sqlite", tmp_path / "postgresql"]
    for folder in folders:
        folder.mkdir()
    shutil.copy(sqlite_template, folders[0] / "civicwatt.sqlite")
    async with _city(folders[0]) as one, _city(folders[1], postgresql_url) as other:
        yield [one, other]


@asynccontextmanager
async def _city(folder: Path, database_url: str | None = None) -> AsyncIterator[City]:
    settings = Settings(
        data_dir=folder,
        database_url=database_url,
        mqtt_host=None,
        demo=True,
        clock=f"{NOW_US}/1e-09/{time.monotonic()}",
        web_dist=folder / "web",
    )
    app = create_app(settings, modules=())
    async with app.router.lifespan_context(app):
        points, institutions, code = _lay_out(app, folder)
        transport = ASGITransport(app, raise_app_exceptions=False)
        async with AsyncClient(transport=transport, base_url="http://cloud") as client:
            made = City(app, client, points, institutions)
            hours = np.arange(int((NOW - BEGAN) / timedelta(hours=1)) + 1, dtype=float)
            for device, per_hour in PER_HOUR.items():
                made.load(device, [*hours, hours[-1] + 0.25], [*(hours * per_hour), hours[-1] * per_hour])
            made.book()
            assert (await client.post("/api/v1/session", json={"code": code})).status_code == 200
            with app.state.database.session() as session:
                session.execute(update(Grant).values(region_code="429900"))
            yield made


def _lay_out(app: FastAPI, folder: Path) -> tuple[dict[str, int], dict[str, int], str]:
    (folder / "名录.csv").write_text(DIRECTORY)
    (folder / "表计.csv").write_text(METERS)
    with app.state.database.session() as session:
        assert import_directory(session, folder / "名录.csv").problems == []
        assert import_meters(session, folder / "表计.csv", app.state.zone).problems == []
        session.flush()
        counters = session.execute(select(Point.device, Point.id).where(Point.is_consumption))
        institutions = session.execute(select(Institution.code, Institution.id))
        code = issue_code(session, Purpose.DEMO, real_now_us())
        return dict(counters.all()), dict(institutions.all()), code


@pytest.fixture
def by_key() -> Callable[[list[dict]], dict[str, dict]]:
    return lambda figures: {figure["key"]: figure for figure in figures}
