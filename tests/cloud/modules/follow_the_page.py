"""A program that follows docs/adding-a-module.md; a process of its own, for a table stays in the metadata."""

import asyncio
import json
import sys
from pathlib import Path

from httpx import ASGITransport, AsyncClient

import civicwatt_cloud.modules
from civicwatt.modules import scaffold
from civicwatt_cloud.kit import identity
from civicwatt_cloud.kit.directory import Institution, Region
from civicwatt_cloud.kit.identity import FOR_EVER, Account, Grant
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.modules import catalogue

CSV = "单位编码,编号,名称,金额（元）,日期\nU1,L-2,投影仪,1200.50,2026-11-20\nU1,L-3,音响,x,2026-11-20\n"


async def main(folder: Path) -> dict[str, object]:
    """What the new entity answers."""
    made = scaffold.make("loans", folder)
    civicwatt_cloud.modules.__path__.append(str(folder / "modules"))
    module = __import__("civicwatt_cloud.modules.loans.module", fromlist=["MODULE"]).MODULE
    catalogue.MODULES = (module,)
    from civicwatt_cloud.app import create_app  # noqa: PLC0415 - it takes the catalogue as it is now

    app = create_app(Settings(data_dir=folder / "data", mqtt_host=None, web_dist=folder / "web"))
    async with app.router.lifespan_context(app):
        state = app.state
        module.entities[0].model.__table__.create(state.database.engine)
        with state.database.session() as session:
            session.add(Region(code="429900", name="荆襄市"))
            session.flush()
            facts = {"kind": "other", "level": "city", "region_code": "429900"}
            session.add(Institution(id=1, code="U1", name="甲局", **facts))
            account = Account(username="li", display_name="李", created_us=0)
            session.add(account)
            session.flush()
            session.add(
                Grant(
                    account_id=account.id, role=Role.LOGISTICS_MANAGER, institution_id=1, valid_from=FOR_EVER
                )
            )
            session.add(Grant(account_id=account.id, role=Role.STAFF, institution_id=1, valid_from=FOR_EVER))
            token = identity.open_session(session, account.id, identity.real_now_us())
        transport = ASGITransport(app, raise_app_exceptions=False)
        async with AsyncClient(
            transport=transport, base_url="http://cloud", cookies={"civicwatt": token}
        ) as client:
            return await _tried(client) | {"files": [path.name for path in made], "code": _code(made)}


async def _tried(client: AsyncClient) -> dict[str, object]:
    base = "/api/v1/loans/loans-records"
    new = {"owner_id": 1, "number": "L-1", "title": "会议桌", "amount": "480.00"}
    created = await client.post(base, json=new)
    record = created.json()
    changed = await client.patch(f"{base}/{record['id']}", json={"rev": 1, "amount": "500"})
    imported = await client.post(f"{base}/import?format=csv&dry_run=false", content=CSV.encode())
    listed = await client.get(base)
    exported = await client.get(f"{base}/export?format=csv")
    history = await client.get(f"{base}/{record['id']}/history")
    meta = (await client.get("/api/v1/meta")).json()
    return {
        "created": created.status_code,
        "amount": changed.json().get("amount"),
        "imported": {name: imported.json().get(name) for name in ("new", "bad")},
        "titles": sorted(row["title"] for row in listed.json()["rows"]),
        "exported": exported.text.count("L-"),
        "history": history.status_code,
        "form": [one["key"] for one in meta[0]["entities"][0]["fields"]],
    }


def _code(made: list[Path]) -> int:
    from civicwatt.modules.sizes import lines_of  # noqa: PLC0415

    return sum(lines_of(path.read_text("utf-8")) for path in made)


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(Path(sys.argv[1]))), ensure_ascii=False))
