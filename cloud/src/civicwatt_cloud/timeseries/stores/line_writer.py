"""Line protocol to what understands InfluxDB's v2 write: InfluxDB 2.x, 3.x, VictoriaMetrics."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Literal

import urllib3
from influxdb_client.client.influxdb_client import InfluxDBClient
from influxdb_client.client.write_api import SYNCHRONOUS
from influxdb_client.rest import ApiException

from civicwatt_cloud.timeseries.stores.http import ANSWER_S, refusal, unreachable

LINES = 50_000  # in one request: about 3 MB


class LineWriter:
    """Writes to one bucket of one server."""

    def __init__(
        self,
        base: str,
        token: str,
        org: str,
        bucket: str,
        precision: Literal["us", "ms"],
        *,
        basic: bool = False,  # the token is user:password
    ) -> None:
        self._base, self._bucket, self._precision = base, bucket, precision
        self._client = InfluxDBClient(
            url=base,
            token=token,
            org=org,
            timeout=int(ANSWER_S * 1000),
            enable_gzip=True,
            auth_basic=basic,
            retries=False,
        )
        self._api = self._client.write_api(write_options=SYNCHRONOUS)

    def write(self, lines: Iterable[str]) -> None:
        """Returns when the server has accepted them all."""
        for body in bodies(lines):
            try:
                self._api.write(self._bucket, record=body, write_precision=self._precision)  # type: ignore[arg-type]
            except ApiException as error:
                raise refusal(self._base, error.status or 0, str(error.body)) from error
            except urllib3.exceptions.HTTPError as error:
                raise unreachable(self._base, error) from error

    def close(self) -> None:
        """Let the connections go."""
        self._api.close()  # type: ignore[no-untyped-call]
        self._client.close()  # type: ignore[no-untyped-call]


def bodies(lines: Iterable[str]) -> Iterator[bytes]:
    """Lines as request bodies of a bounded size."""
    rest = iter(lines)
    while part := list(islice(rest, LINES)):
        yield "\n".join(part).encode()
