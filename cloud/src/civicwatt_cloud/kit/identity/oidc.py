"""Single sign-on by OpenID Connect: the code flow with PKCE, state and nonce; the provider is a setting's.

What is between leaving for the provider and coming back is sealed in a cookie of the browser that left.
Source: OpenID Connect Core 1.0, 3.1; RFC 7636.
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy import select

from civicwatt_cloud.kit import crypto
from civicwatt_cloud.kit.business_time import SECOND_US
from civicwatt_cloud.kit.crypto import Family
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.identity.errors import IdentityUnbound, ProviderAway, SignOnRefused
from civicwatt_cloud.kit.identity.models import Account, Method
from civicwatt_cloud.kit.identity.sessions import Visit, open_session

LIFE_US = 600 * SECOND_US  # between leaving and coming back [engineering default]
CONNECT_S, ANSWER_S = 3, 10  # [engineering default]
ALGORITHMS = ["RS256", "ES256", "PS256"]
LARGEST = 1024 * 1024  # bytes of an answer
PURPOSE = "single sign-on"
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class Provider(NamedTuple):
    """Who says who people are, and as whom it knows us."""

    issuer: str
    client_id: str
    client_secret: str | None
    claim: str  # of the token, that names the account


class Sealing(NamedTuple):
    """How the cookie is sealed."""

    family: Family
    secret: bytes


class Answer(NamedTuple):
    """What the browser brings back."""

    code: str
    state: str
    cookie: str
    redirect_uri: str


def leave(provider: Provider, redirect_uri: str, sealing: Sealing, now_us: int) -> tuple[str, str]:
    """Where to send the browser, and the cookie it keeps meanwhile. Errors: ProviderAway."""
    found = _discover(provider)
    verifier, state, nonce = (secrets.token_urlsafe(32) for _ in range(3))
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    query = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": redirect_uri,
        "scope": "openid profile",
        "state": state,
        "nonce": nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    kept = json.dumps({"verifier": verifier, "state": state, "nonce": nonce, "ends_us": now_us + LIFE_US})
    cookie = crypto.seal(sealing.family, sealing.secret, PURPOSE, kept.encode())
    return f"{found['authorization_endpoint']}?{urlencode(query)}", cookie


def come_back(database: Database, provider: Provider, answer: Answer, sealing: Sealing, visit: Visit) -> str:
    """A new session's token. Errors: SignOnRefused, IdentityUnbound, ProviderAway."""
    address, now_us = visit
    opened = crypto.opened(sealing.secret, PURPOSE, answer.cookie)
    kept = json.loads(opened) if opened else {}
    if not kept or kept["ends_us"] <= now_us or not hmac.compare_digest(kept["state"], answer.state):
        raise SignOnRefused()
    claims = _claims(provider, answer, kept["verifier"], now_us)
    if not hmac.compare_digest(str(claims.get("nonce")), kept["nonce"]):
        raise SignOnRefused()
    name = str(claims.get(provider.claim, "")).strip().casefold()
    with database.session() as session:
        query = select(Account).where(Account.username == name, Account.disabled_us.is_(None))
        account = session.scalar(query)
        if not name or account is None:
            raise IdentityUnbound(claim=provider.claim)
        return open_session(session, account.id, now_us, Method.OIDC, address)


def _claims(provider: Provider, answer: Answer, verifier: str, now_us: int) -> Mapping[str, Any]:
    """What the provider says of the person, signed for us. Errors: SignOnRefused, ProviderAway."""
    found = _discover(provider)
    said = {
        "grant_type": "authorization_code",
        "code": answer.code,
        "redirect_uri": answer.redirect_uri,
        "client_id": provider.client_id,
        "code_verifier": verifier,
    }
    if provider.client_secret is not None:
        said["client_secret"] = provider.client_secret
    token = _asked("POST", found["token_endpoint"], said)
    keys = _asked("GET", found["jwks_uri"])
    rules = jwt.JWTClaimsRegistry(
        now=now_us // SECOND_US,
        leeway=60,
        iss={"essential": True, "value": provider.issuer},
        aud={"essential": True, "value": provider.client_id},
        exp={"essential": True},
        nonce={"essential": True},
    )
    try:
        read = jwt.decode(str(token["id_token"]), KeySet.import_key_set(keys), algorithms=ALGORITHMS)
        rules.validate(read.claims)
    except (JoseError, KeyError, ValueError) as error:
        raise SignOnRefused() from error
    if read.claims.get("azp", provider.client_id) != provider.client_id:
        raise SignOnRefused()
    return read.claims


def _discover(provider: Provider) -> Mapping[str, str]:
    found: dict[str, str] = _asked("GET", provider.issuer.rstrip("/") + "/.well-known/openid-configuration")
    if found.get("issuer") != provider.issuer:
        raise ProviderAway(detail="issuer")
    return found


def _asked(method: str, url: str, form: Mapping[str, str] | None = None) -> Any:
    """A JSON object. Errors: ProviderAway; SignOnRefused, where the provider refuses what it is asked for."""
    import urllib3  # noqa: PLC0415 - only an installation with single sign-on needs it

    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise ProviderAway(detail="https")
    body = urlencode(form) if form else None
    headers = {"Accept": "application/json"}
    if form:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    try:
        timeout = urllib3.Timeout(connect=CONNECT_S, read=ANSWER_S)
        with urllib3.PoolManager(timeout=timeout, retries=False) as http:
            asked: dict[str, Any] = {
                "headers": headers,
                "body": body,
                "redirect": False,
                "preload_content": False,
            }
            with http.request(method, url, **asked) as answer:
                content = answer.read(LARGEST)
        if form and 400 <= answer.status < 500:
            raise SignOnRefused()
        said = json.loads(content) if answer.status == 200 else None
    except (urllib3.exceptions.HTTPError, ValueError) as error:
        raise ProviderAway(detail=type(error).__name__) from error
    if not isinstance(said, dict):
        raise ProviderAway(detail=answer.status)
    return said
