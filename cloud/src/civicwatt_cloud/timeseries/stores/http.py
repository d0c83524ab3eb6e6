"""Requests to the servers of a store. All of ours may be repeated without harm."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

import urllib3

from civicwatt_cloud.timeseries.stores.errors import StoreError, StoreFailed, StoreRefuses, StoreUnreachable

CONNECT_S = 5.0  # [engineering default]
ANSWER_S = 120.0  # [engineering default]
SHOWN = 300  # characters of an answer that an error repeats

Fields = Sequence[tuple[str, str]] | Mapping[str, str]


class Server:
    """One base URL. Thread safe."""

    def __init__(self, base: str, headers: Mapping[str, str] | None = None) -> None:
        self.base = base
        self._pool = urllib3.PoolManager(
            maxsize=8,
            headers=dict(headers or {}),
            retries=False,
            timeout=urllib3.Timeout(connect=CONNECT_S, read=ANSWER_S),
        )

    def get(self, path: str) -> urllib3.BaseHTTPResponse:
        """GET; errors as of post()."""
        return self._ask("GET", path, None, {})

    def post(self, path: str, fields: Fields = (), body: bytes | None = None) -> bytes:
        """POST a form, or a body as it is. Errors: StoreUnreachable, StoreRefuses, StoreFailed."""
        if body is not None:
            return self._ask("POST", f"{path}?{urlencode(fields)}", body, {"Content-Type": "text/plain"}).data
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._ask("POST", path, urlencode(fields).encode(), form).data

    def close(self) -> None:
        """Let the connections go."""
        self._pool.clear()

    def _ask(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> urllib3.BaseHTTPResponse:
        headers = {**self._pool.headers, **headers}
        try:
            answer = self._pool.request(method, self.base + path, body=body, headers=headers)
        except urllib3.exceptions.HTTPError as error:
            raise unreachable(self.base, error) from error
        if answer.status >= 400:
            raise refusal(self.base, answer.status, answer.data)
        return answer


def unreachable(base: str, error: Exception) -> StoreUnreachable:
    """What a broken connection means."""
    return StoreUnreachable(base, detail=str(error)[:SHOWN])


def refusal(base: str, status: int, body: bytes | str) -> StoreError:
    """What an answer of this status means."""
    text = body.decode(errors="replace") if isinstance(body, bytes) else body
    detail = f"HTTP {status} {text[:SHOWN].strip()}"
    return StoreRefuses(base, detail=detail) if status in {401, 403} else StoreFailed(base, detail=detail)
