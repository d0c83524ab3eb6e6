"""M01.3 over the wire."""

from datetime import date
from pathlib import Path

from cloud.kit.identity.authority import Authority, pem, signature
from fastapi import FastAPI
from httpx import AsyncClient

from civicwatt_cloud.kit import identity
from civicwatt_cloud.kit.directory import Level
from civicwatt_cloud.kit.identity import Account, Actor, Granted, certificates
from civicwatt_cloud.kit.identity.certificates import signed_text
from civicwatt_cloud.kit.roles import Role


async def test_m01_3_over_the_wire(app: FastAPI, client: AsyncClient, tmp_path: Path) -> None:
    assert (await client.post("/api/v1/session/nonce")).status_code == 404  # nobody is trusted
    authority = Authority()
    (tmp_path / "ca.pem").write_text(pem(authority.root))
    (tmp_path / "crl.pem").write_text(pem(authority.revoking(days=3650)))
    trusting = {"login_ca": tmp_path / "ca.pem", "login_crl": tmp_path / "crl.pem"}
    trusting |= {"login_origin": "http://cloud"}
    app.state.settings = app.state.settings.model_copy(update=trusting)
    certificate, key = authority.certificate("李娜")
    with app.state.database.session() as session:
        account = Account(username="li.na", display_name="李娜", created_us=0)
        session.add(account)
        session.flush()
        admin = Actor(99, "chen", "", (Granted(Role.SYSTEM_ADMIN, None, Level.NATION, ""),))
        certificates.bind(session, admin, account.id, pem(certificate), date(2026, 6, 1))
    ts = identity.real_now_us() // 1_000_000
    elsewhere = {"host": "c1oud"}  # a site that looks like ours passes on what was signed there
    nonce = (await client.post("/api/v1/session/nonce", headers=elsewhere)).json()["nonce"]
    caught = {"nonce": nonce, "ts": ts, "certificate": pem(certificate)}
    caught |= {"signature": signature(key, signed_text(nonce, "http://c1oud", ts))}
    passed_on = await client.post("/api/v1/session/certificate", json=caught, headers=elsewhere)
    assert (passed_on.status_code, passed_on.json()["code"]) == (401, "CW-K1318")
    asked = (await client.post("/api/v1/session/nonce")).json()
    assert asked["origin"] == "http://cloud"
    said = {
        "nonce": asked["nonce"],
        "ts": ts,
        "certificate": pem(certificate),
        "signature": signature(key, signed_text(asked["nonce"], asked["origin"], ts)),
    }
    signed_in = await client.post("/api/v1/session/certificate", json=said)
    assert (signed_in.status_code, signed_in.json()["username"]) == (200, "li.na")
    assert (await client.get("/api/v1/session")).json()["display_name"] == "李娜"
    again = await client.post("/api/v1/session/certificate", json=said)
    assert (again.status_code, again.json()["code"]) == (401, "CW-K1313")
    broken = await client.post("/api/v1/session/certificate", json=said | {"certificate": "x"})
    assert broken.status_code in {401, 422}
