"""Single sign-on: by the code flow with PKCE, state and nonce, against a provider on loopback."""

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from cloud.app import provider as providers
from cloud.app.provider import OpenIdProvider
from fastapi import FastAPI
from httpx import AsyncClient, Response
from joserfc.jwk import RSAKey

from civicwatt_cloud.kit.identity import Account

START = "/api/v1/session/oidc"


@pytest.fixture
def provider() -> Iterator[OpenIdProvider]:
    with providers.serving() as served:
        yield served


@pytest.fixture
def browser(app: FastAPI, client: AsyncClient, provider: OpenIdProvider, tmp_path: Path) -> AsyncClient:
    """A browser of an installation that trusts the provider; Li Na has an account."""
    secret = tmp_path / "oidc.secret"
    secret.write_text(providers.SECRET + "\n")
    trusting = {"oidc_issuer": provider.issuer, "oidc_secret_file": secret}
    app.state.settings = app.state.settings.model_copy(update=trusting)
    with app.state.database.session() as session:
        session.add(Account(username="li.na", display_name="李娜", created_us=0))
        session.add(Account(username="gone", display_name="", created_us=0, disabled_us=1))
    return client


async def left(browser: AsyncClient) -> str:
    """Leave for the provider, and be sent back; where to."""
    leaving = await browser.get(START)
    assert leaving.status_code == 303, leaving.text
    assert {"HttpOnly", "SameSite=lax"} <= set(leaving.headers["set-cookie"].split("; "))
    async with httpx.AsyncClient() as outside:
        answer = await outside.get(leaving.headers["location"])
    assert answer.headers["location"].startswith("http://cloud/api/v1/session/oidc/callback?")
    return str(answer.headers["location"])


def code_of(response: Response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


async def test_who_signs_in_at_the_provider_is_signed_in_here(browser: AsyncClient) -> None:
    back = await browser.get(await left(browser))
    assert (back.status_code, back.headers["location"]) == (303, "/")
    assert "civicwatt-oidc" not in browser.cookies
    shown = (await browser.get("/api/v1/session")).json()
    assert (shown["username"], shown["display_name"]) == ("li.na", "李娜")


async def test_the_answer_works_once_and_in_the_browser_that_left(browser: AsyncClient) -> None:
    url = await left(browser)
    kept = dict(browser.cookies)
    browser.cookies.clear()
    assert code_of(await browser.get(url)) == (401, "CW-K1331")
    browser.cookies.update(kept)
    assert code_of(await browser.get(url.replace("state=", "state=x"))) == (401, "CW-K1331")
    assert (await browser.get(url)).status_code == 303
    browser.cookies.update(kept)
    assert code_of(await browser.get(url)) == (401, "CW-K1331")  # the provider's code is spent
    first = await left(browser)
    await left(browser)  # another verifier: the former code is not for it
    assert code_of(await browser.get(first)) == (401, "CW-K1331")


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonce": "another"},
        {"aud": "another"},
        {"iss": "https://another.example"},
        {"exp": int(time.time()) - 3600},
        {"azp": "another"},
    ],
    ids=lambda one: next(iter(one)),
)
async def test_a_token_that_is_not_for_this_sign_in_is_refused(
    browser: AsyncClient, provider: OpenIdProvider, wrong: dict[str, object]
) -> None:
    provider.wrong = wrong
    assert code_of(await browser.get(await left(browser))) == (401, "CW-K1331")
    assert (await browser.get("/api/v1/session")).status_code == 401


async def test_a_token_signed_by_another_key_is_refused(
    browser: AsyncClient, provider: OpenIdProvider
) -> None:
    provider.signing = RSAKey.generate_key(2048, {"kid": "1"}, auto_kid=False)
    assert code_of(await browser.get(await left(browser))) == (401, "CW-K1331")


@pytest.mark.parametrize("username", ["nobody", "gone", ""])
async def test_who_has_no_account_here_is_told_so(
    browser: AsyncClient, provider: OpenIdProvider, username: str
) -> None:
    provider.username = username
    assert code_of(await browser.get(await left(browser))) == (401, "CW-K1332")


async def test_a_provider_that_is_away_is_named_and_an_unencrypted_one_is_not_asked(
    app: FastAPI, browser: AsyncClient, unused_tcp_port: int
) -> None:
    for issuer in (f"http://127.0.0.1:{unused_tcp_port}", "http://sso.example"):
        app.state.settings = app.state.settings.model_copy(update={"oidc_issuer": issuer})
        assert code_of(await browser.get(START)) == (502, "CW-K1333")
    app.state.settings = app.state.settings.model_copy(update={"oidc_issuer": None})
    assert code_of(await browser.get(START)) == (404, "CW-A1006")
