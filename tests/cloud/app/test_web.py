"""S20, S27: headers on every answer, pages and their caching, errors without a stack."""

import json
import subprocess
import sys
from collections.abc import AsyncIterator

import pytest
from fastapi import Depends, FastAPI
from httpx import AsyncClient

from civicwatt_cloud.kit.access import public
from civicwatt_cloud.kit.guard import MAX_BODY
from civicwatt_cloud.openapi import document

PATHS = [
    "/",
    "/assets/app-1a2b.js",
    "/api/v1/session",
    "/api/v1/nothing",
    "/healthz",
    "/docs",
    "/openapi.json",
]


@pytest.mark.parametrize("path", PATHS)
async def test_s20_every_answer_carries_the_security_headers(client: AsyncClient, path: str) -> None:
    headers = (await client.get(path)).headers
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-inline" not in policy.split("style-src")[0]
    assert "unsafe-eval" not in policy
    assert "http:" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


async def test_the_code_on_a_label_leads_to_the_page_of_its_record(client: AsyncClient) -> None:
    found = await client.get("/labels/service_point-17-K3M2P4Q7AB")
    assert (found.status_code, found.headers["location"]) == (303, "../#/labels/service_point-17-K3M2P4Q7AB")
    assert (await client.get("/labels/%0d%0aa")).status_code == 422


async def test_every_page_path_is_the_one_page_and_is_asked_for_anew(client: AsyncClient) -> None:
    for path in ("/", "/institutions/3", "/docs"):
        response = await client.get(path)
        assert response.status_code == 200
        assert "<title>CivicWatt</title>" in response.text
        assert response.headers["cache-control"] == "no-cache"
    assert (await client.get("/favicon.svg")).headers["content-type"].startswith("image/svg")


async def test_hashed_files_are_kept_for_ever_and_compressed(client: AsyncClient) -> None:
    response = await client.get("/assets/app-1a2b.js")
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert response.headers["content-encoding"] == "gzip"


@pytest.mark.parametrize(
    "path",
    [
        "/..%2f..%2fetc/passwd",
        "/%2e%2e/data/civicwatt.sqlite",
        "/..%2fdata%2fcivicwatt.sqlite",
        "/%00",
        "/favicon.svg%00.html",
        "/" + 6000 * "x",
    ],
)
async def test_no_path_leads_out_of_the_pages(client: AsyncClient, path: str) -> None:
    response = await client.get(path)
    assert response.status_code == 200
    assert "SQLite" not in response.text
    assert "<title>CivicWatt</title>" in response.text


async def test_a_body_longer_than_any_form_is_refused_unread(client: AsyncClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        while taken < 64 * MAX_BODY:
            taken += 65_536
            yield 65_536 * b"x"

    taken = 0
    json_type = {"content-type": "application/json"}
    for body in (MAX_BODY * b"x" + b"x", endless()):
        response = await client.post("/api/v1/session", content=body, headers=json_type)
        assert (response.status_code, response.json()["code"]) == (413, "CW-A1010")
        assert "content-security-policy" in response.headers
    assert taken <= 2 * MAX_BODY
    longest = await client.post("/api/v1/session", content=MAX_BODY * b" ", headers=json_type)
    assert longest.status_code == 422


async def test_what_is_not_there_is_a_problem_document(client: AsyncClient) -> None:
    for path, status in (("/api/v1/nothing", 404), ("/assets/absent.js", 404)):
        response = await client.get(path)
        assert (response.status_code, response.headers["content-type"]) == (
            status,
            "application/problem+json",
        )
        assert response.json()["code"] == "CW-A1006"
    assert (await client.put("/api/v1/session")).json()["code"] == "CW-A1009"
    body = (await client.get("/api/v1/session")).json()
    assert set(body) == {
        *("type", "title", "status", "code", "detail", "detail_en", "remedy", "remedy_en", "where"),
    }
    assert (await client.get("/api/v1/session")).headers["cache-control"] == "no-store"


async def test_s27_an_unexpected_failure_is_an_incident_number_and_no_stack(
    app: FastAPI, client: AsyncClient
) -> None:
    def fail() -> None:
        raise ZeroDivisionError("the secret of the house")

    app.add_api_route("/healthz/fail", fail, dependencies=[Depends(public)])
    app.router.routes.insert(0, app.router.routes.pop())
    response = await client.get("/healthz/fail")
    assert (response.status_code, response.json()["code"]) == (500, "CW-A1500")
    assert "secret" not in response.text
    assert "Traceback" not in response.text
    assert "content-security-policy" in response.headers


def test_the_openapi_document_names_every_operation_in_chinese_and_is_reproducible() -> None:
    spec = json.loads(document())
    operations = [one for methods in spec["paths"].values() for one in methods.values()]
    ids = [one["operationId"] for one in operations]
    assert len(ids) == len(set(ids)) >= 11
    assert all(any("一" <= letter <= "鿿" for letter in one["summary"]) for one in operations)
    assert spec["components"]["schemas"]["Figure"]["examples"]
    printed = subprocess.run(
        [sys.executable, "-m", "civicwatt_cloud.openapi"], capture_output=True, text=True, check=True
    )
    assert printed.stdout == document()
