"""M01.2: whoever keeps the vehicles of a county sees that county's, and knows of no other's."""

import shutil
from pathlib import Path

import pytest
from httpx import ASGITransport, AsyncClient

from civicwatt_cloud.app import create_app
from civicwatt_cloud.kit.directory import Institution, Region
from civicwatt_cloud.kit.identity import FOR_EVER, Account, Grant, open_session, real_now_us
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.modules.fleet.models import Vehicle
from civicwatt_cloud.modules.fleet.module import MODULE

PLACES = {"420500": "宜昌市", "420506": "夷陵区", "420528": "长阳县"}
VEHICLES = "/api/v1/fleet/vehicles"


@pytest.mark.parametrize(
    ("role", "region", "seen"),
    [
        (Role.FLEET_MANAGER, "420506", ["鄂E00506"]),
        (Role.FLEET_MANAGER, "420500", ["鄂E00500", "鄂E00506", "鄂E00528"]),
    ],
    ids=["county", "city"],
)
async def test_m01_2_the_list_ends_at_the_subtree_and_an_id_of_another_county_is_not_found(
    tmp_path: Path, sqlite_template: Path, role: Role, region: str, seen: list[str]
) -> None:
    settings = Settings(data_dir=tmp_path, mqtt_host=None)
    shutil.copy(sqlite_template, settings.database_path)
    app = create_app(settings, modules=(MODULE,))
    async with app.router.lifespan_context(app):
        with app.state.database.session() as session:
            session.add_all([Region(code=code, name=name) for code, name in PLACES.items()])
            session.flush()
            for number, code in enumerate(PLACES, 1):
                facts = {"kind": "government", "level": "county", "region_code": code}
                session.add(Institution(id=number, code=f"U{number}", name=f"单位{number}", **facts))
                session.flush()
                plate = f"鄂E00{code[3:]}"
                session.add(Vehicle(id=number, owner_id=number, rev=1, plate=plate, kind="other"))
            account = Account(username="fleet", display_name="车管", created_us=0)
            session.add(account)
            session.flush()
            session.add(Grant(account_id=account.id, role=role, region_code=region, valid_from=FOR_EVER))
            token = open_session(session, account.id, real_now_us())
        transport = ASGITransport(app, raise_app_exceptions=False)
        cookies = {"civicwatt": token}
        async with AsyncClient(transport=transport, base_url="http://cloud", cookies=cookies) as client:
            listed = (await client.get(VEHICLES)).json()
            assert (sorted(one["plate"] for one in listed["rows"]), listed["total"]) == (seen, len(seen))
            answers = [(await client.get(f"{VEHICLES}/{number}")).status_code for number in (1, 2, 3)]
            absent = (await client.get(f"{VEHICLES}/99")).json()
            other = (await client.get(f"{VEHICLES}/3")).json()
    is_city = region == "420500"
    assert answers == ([200] * 3 if is_city else [404, 200, 404])
    assert is_city or {key: other[key] for key in ("status", "code", "detail")} == {
        key: absent[key] for key in ("status", "code", "detail")
    }
