"""The cloud's routes for gateways, each request signed with the gateway's own key.

CW-Signature is an ECDSA P-256 signature (SHA-256, DER, base64) over the lines method, path with query,
CW-Date (UTC seconds) and the body's SHA-256 in hexadecimal: civicwatt_cloud.modules.gateways.signed.
"""

import hashlib
import ipaddress
import json
import ssl
import time
from base64 import b64encode
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import (
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    build_opener,
)

from civicwatt_edge.security_errors import CloudRefused, CloudUnreachable, NotLetIn
from civicwatt_protocols.errors import BadValue
from civicwatt_protocols.toml import Table, decode

KEY, CERTIFICATE, CA, HTTPS_CA, CLOUD = "key.pem", "cert.pem", "ca.pem", "https-ca.pem", "cloud.toml"
TIMEOUT_S = 30  # engineering default
LARGEST = 8 * 1024 * 1024  # bytes of an answer [engineering default]
NOT_LET_IN = {401, 403, 429}


class CloudFile(Table, frozen=True):
    """cloud.toml beside the key: where the cloud is, and who we are there."""

    url: str
    gateway: str
    division: str


class CloudApi:
    """Asks the cloud; without an identity requests are unsigned, which is what enrolment needs.

    https, and plain http on this machine only. Errors of the constructor: BadValue.
    """

    def __init__(self, url: str, identity: Path | None = None, ca: Path | None = None) -> None:
        self._url, self._identity = url.rstrip("/"), identity
        self._gateway = "" if identity is None else read_cloud_file(identity).gateway
        own_ca = identity and identity / HTTPS_CA
        self._opener = _opener(url, ca or (own_ca if own_ca and own_ca.exists() else None))

    @classmethod
    def enrolled(cls, identity: Path) -> "CloudApi":
        """The cloud that this gateway is enrolled at. Raises FileNotFoundError when it is not."""
        return cls(read_cloud_file(identity).url, identity)

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """One request; blocks. `path` with its query, from /api on.

        Errors: CloudUnreachable, CloudRefused, NotLetIn (a CloudRefused: 401, 403, 429).
        """
        data = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json", "Content-Length": str(len(data))}
        if self._identity is not None:
            headers |= self._signature(method, path, data, int(time.time()))
        request = Request(self._url + path, data if body is not None else None, headers, method=method)  # noqa: S310 - http or https, see _opener
        try:
            with self._opener.open(request, timeout=TIMEOUT_S) as response:
                answer = response.read(LARGEST)
            return dict(json.loads(answer)) if answer else {}
        except HTTPError as error:
            with error:
                raise _refused(path, error.code, error.read(LARGEST)) from error
        except (URLError, OSError, HTTPException) as error:
            detail = error.reason if isinstance(error, URLError) else error
            raise CloudUnreachable(self._url, detail=detail) from error
        except ValueError as error:
            raise CloudUnreachable(self._url, detail="the answer is not JSON") from error

    def _signature(self, method: str, path: str, data: bytes, date_s: int) -> dict[str, str]:
        from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415 - only who signs needs it
        from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415
        from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415

        assert self._identity is not None  # noqa: S101 - unsigned requests do not come here
        key = load_pem_private_key((self._identity / KEY).read_bytes(), None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise BadValue(str(self._identity / KEY), key=KEY, detail="not an elliptic curve key")
        text = f"{method}\n{path}\n{date_s}\n{hashlib.sha256(data).hexdigest()}"
        signature = key.sign(text.encode(), ec.ECDSA(SHA256()))
        return {
            "CW-Gateway": self._gateway,
            "CW-Date": str(date_s),
            "CW-Signature": b64encode(signature).decode(),
        }


def read_cloud_file(identity: Path) -> CloudFile:
    """Where this gateway is enrolled. Raises FileNotFoundError, BadToml, UnknownKey, BadValue."""
    path = identity / CLOUD
    return decode(path.read_text("utf-8"), CloudFile, str(path))


class _NoRedirect(HTTPRedirectHandler):
    """A signature holds for one path: where the cloud sends us elsewhere, say so."""

    def redirect_request(self, *_args: object, **_more: object) -> None:
        """Follow nothing."""


def _opener(url: str, ca: Path | None) -> OpenerDirector:
    parts = urlsplit(url)
    local = parts.hostname is not None and _is_loopback(parts.hostname)
    if not parts.hostname or parts.scheme not in {"http", "https"} or parts.path.strip("/"):
        raise BadValue("--url", key="url", detail=f"{url!r} is not https://host[:port]")
    if parts.scheme == "http" and not local:
        raise BadValue("--url", key="url", detail="http is for this machine only; https is needed")
    context = ssl.create_default_context(cafile=None if ca is None else str(ca))
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    handlers = [HTTPSHandler(context=context), _NoRedirect()]
    return build_opener(*handlers, ProxyHandler({})) if local else build_opener(*handlers)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _refused(path: str, status: int, answer: bytes) -> CloudRefused | CloudUnreachable:
    try:
        problem = json.loads(answer)
        facts = {
            "problem": problem["code"],
            "detail_zh": problem["detail"],
            "detail": problem["detail_en"],
            "remedy_zh": problem["remedy"],
            "remedy": problem["remedy_en"],
        }
    except (ValueError, KeyError, TypeError):
        return CloudUnreachable(path, detail=f"HTTP {status}")
    return NotLetIn(path, **facts) if status in NOT_LET_IN else CloudRefused(path, **facts)
