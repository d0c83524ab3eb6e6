"""S24: what nobody shall read is in no log, no command line and no file but its own."""

import json
import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from httpx import Client, HTTPError

from civicwatt_cloud.kit.signin import FIRST_ROLES

DEADLINE_S = 90
PASSWORD, NEXT, WRONG, TOKEN = (f"Canary-{name}-7Kq2xV" for name in ("first", "next", "wrong", "token"))


@pytest.mark.slow
def test_s24_a_secret_is_nowhere_but_in_its_own_file(tmp_path: Path, unused_tcp_port: int) -> None:
    """Whatever is done with secrets, also when the database fails under a statement that holds one."""
    data, token = tmp_path / "data", tmp_path / "metrics.token"
    token.touch(0o600)
    token.write_text(TOKEN)
    config = tmp_path / "cloud.toml"
    values = {"data_dir": data, "metrics_token_file": token, "http_port": unused_tcp_port, "mqtt_port": 1}
    lines = [
        f"{key} = {json.dumps(one if isinstance(one, int) else str(one))}" for key, one in values.items()
    ]
    config.write_text("\n".join(lines))
    command = [sys.executable, "-m", "civicwatt", "cloud", "serve", "--config", str(config)]
    environment = os.environ | {"PGPASSWORD": "Canary-environment-7Kq2xV"}
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env=environment)
        try:
            with Client(base_url=f"http://127.0.0.1:{unused_tcp_port}", timeout=DEADLINE_S) as client:
                assert process.stdout is not None
                code = process.stdout.readline().split()[-1]
                _until_it_serves(client, process)
                secrets = [code, *_used(client, code, data / "civicwatt.sqlite")]
            line = Path(f"/proc/{process.pid}/cmdline").read_text()
        finally:
            process.kill()
            process.communicate()
    said = (tmp_path / "log").read_text()
    assert "request_failed" in said
    own = {"metrics.token", "identity.key", "audit.key", "label.key"}
    kept = {one: one.read_bytes() for one in tmp_path.rglob("*") if one.is_file() and one.name not in own}
    for secret in (*secrets, PASSWORD, NEXT, WRONG, TOKEN, environment["PGPASSWORD"]):
        assert secret not in line
        assert [str(one) for one, content in kept.items() if secret.encode() in content] == []
    hashed = b"argon2id"
    assert hashed not in said.encode()
    assert hashed in kept[data / "civicwatt.sqlite"] + kept.get(data / "civicwatt.sqlite-wal", b"")


def _until_it_serves(client: Client, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while True:
        assert process.poll() is None
        assert time.monotonic() < deadline
        try:
            client.get("/healthz")
        except HTTPError:
            continue
        return


def _used(client: Client, code: str, database: Path) -> list[str]:
    """Use every secret, rightly and wrongly; the tokens of the sessions that were opened."""
    tokens = []
    client.post("/api/v1/session", json={"code": code}).raise_for_status()
    tokens.append(client.cookies["civicwatt"])
    names = {role: f"user-{number}" for number, role in enumerate(sorted(FIRST_ROLES))}
    accounts = [
        {"username": name, "display_name": name, "role": role, "password": PASSWORD}
        for role, name in names.items()
    ]
    client.post("/api/v1/setup", json={"accounts": accounts}).raise_for_status()
    user = {"username": "user-0", "password": PASSWORD}
    assert client.post("/api/v1/session", json=user | {"password": WRONG}).status_code == 401
    client.post("/api/v1/session", json=user).raise_for_status()
    tokens.append(client.cookies["civicwatt"])
    assert client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"}).status_code == 200
    assert client.get("/metrics", headers={"authorization": f"Bearer {WRONG}"}).status_code == 404
    with closing(sqlite3.connect(database, isolation_level=None, timeout=DEADLINE_S)) as connection:
        refuse = "CREATE TRIGGER {0} BEFORE {1} BEGIN SELECT RAISE(ABORT, 'refused'); END"
        connection.execute(refuse.format("no_update", "UPDATE ON account"))
        said = {"current": PASSWORD, "new": NEXT}
        assert client.post("/api/v1/password", json=said).status_code >= 409
        connection.execute("DROP TRIGGER no_update")
        connection.execute(refuse.format("no_session", "INSERT ON open_session"))
        assert client.post("/api/v1/session", json=user).status_code >= 409
        connection.execute("DROP TRIGGER no_session")
    client.post("/api/v1/password", json=said).raise_for_status()
    return tokens
