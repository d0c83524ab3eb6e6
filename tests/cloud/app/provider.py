"""A small OpenID provider on loopback: discovery, keys, authorisation, token; it insists on PKCE."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

CLIENT, SECRET = "civicwatt", "what only both know"


class OpenIdProvider(ThreadingHTTPServer):
    """Whoever comes is signed in as `username`; `wrong` changes what the next token says."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.issuer = f"http://127.0.0.1:{self.server_port}"
        self.key = RSAKey.generate_key(2048, {"kid": "1", "use": "sig"}, auto_kid=False)
        self.signing = self.key
        self.username = "li.na"
        self.wrong: dict[str, Any] = {}
        self.codes: dict[str, dict[str, str]] = {}

    def authorise(self, asked: dict[str, str]) -> str:
        """Where the browser goes next."""
        assert (asked["response_type"], asked["client_id"]) == ("code", CLIENT)
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, form: dict[str, str]) -> dict[str, str] | None:
        """The tokens for a code, once; None: refused."""
        asked = self.codes.pop(form["code"], None)
        proof = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest())
        is_right = (
            asked is not None
            and proof.rstrip(b"=").decode() == asked["code_challenge"]
            and form["redirect_uri"] == asked["redirect_uri"]
            and (form["client_id"], form["client_secret"]) == (CLIENT, SECRET)
        )
        if asked is None or not is_right:
            return None
        claims = {
            "iss": self.issuer,
            "sub": "1001",
            "aud": CLIENT,
            "exp": int(time.time()) + 300,
            "iat": int(time.time()),
            "nonce": asked["nonce"],
            "preferred_username": self.username,
        } | self.wrong
        header = {"alg": "RS256", "kid": "1"}
        return {
            "token_type": "Bearer",
            "access_token": "x",
            "id_token": jwt.encode(header, claims, self.signing),
        }


class _Handler(BaseHTTPRequestHandler):
    server: OpenIdProvider

    def do_GET(self) -> None:
        issuer, url = self.server.issuer, urlsplit(self.path)
        match url.path:
            case "/.well-known/openid-configuration":
                names = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "jwks"}
                self._say(200, {"issuer": issuer, **{name: f"{issuer}/{to}" for name, to in names.items()}})
            case "/jwks":
                self._say(200, KeySet([self.server.key]).as_dict(private=False))
            case "/authorize":
                asked = {name: values[0] for name, values in parse_qs(url.query).items()}
                self._say(302, {}, self.server.authorise(asked))
            case _:
                self._say(404, {})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        answer = self.server.token({name: values[0] for name, values in parse_qs(body).items()})
        self._say(200 if answer else 400, answer or {"error": "invalid_grant"})

    def _say(self, status: int, said: Any, location: str = "") -> None:
        content = json.dumps(said).encode()
        self.send_response(status)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@contextmanager
def serving() -> Iterator[OpenIdProvider]:
    provider = OpenIdProvider()
    thread = threading.Thread(target=provider.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield provider
    finally:
        provider.shutdown()
        thread.join()
        provider.server_close()
