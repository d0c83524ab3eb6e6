"""Run the promises of a readings store against an address, under a name of its own that is then removed."""

import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from civicwatt_cloud.timeseries.stores.errors import NotOffered
from civicwatt_cloud.timeseries.stores.open import open_file, open_server
from civicwatt_cloud.timeseries.stores.promises.conformance import PROMISES, Promise
from civicwatt_cloud.timeseries.stores.promises.given import Opener
from civicwatt_cloud.timeseries.stores.promises.oracle import Broken
from civicwatt_cloud.timeseries.stores.readings import Capabilities
from civicwatt_cloud.timeseries.stores.urls import EMBEDDED, Address
from civicwatt_protocols.errors import CivicWattError


@dataclass(frozen=True)
class Row:
    """What became of one promise."""

    name: str
    zh: str
    en: str
    state: Literal["kept", "broken", "not offered"]
    detail: str
    seconds: float


@contextmanager
def empty_store(address: Address) -> Iterator[Opener]:
    """Opens, again and again, one store that was empty at first, on the address's disk or server."""
    if address.kind in EMBEDDED:
        parent = next(folder for folder in Path(address.path).resolve().parents if folder.exists())
        with tempfile.TemporaryDirectory(prefix="civicwatt-check-", dir=parent) as folder:
            mine = replace(address, path=str(Path(folder) / "readings.db"))
            yield lambda: open_file(mine)
        return
    mine = replace(address, name=f"civicwatt_check_{secrets.token_hex(4)}")
    try:
        yield lambda: open_server(mine)
    finally:
        store = open_server(mine)
        with suppress(NotOffered):  # by InfluxDB 3: there it stays under its name
            store.drop()
        store.close()


def capabilities(address: Address) -> Capabilities:
    """What the engine there can do. Errors: StoreError, when it cannot be used at all."""
    with empty_store(address) as opener:
        store = opener()
        found = store.capabilities()
        store.close()
    return found


def check(address: Address) -> Iterator[Row]:
    """A row for each promise, as soon as it was tried."""
    offered = capabilities(address)
    for promise in PROMISES:
        began = time.monotonic()
        state, detail = _tried(promise, address, offered)
        yield Row(
            promise.name, promise.zh, promise.en, state, detail, seconds=round(time.monotonic() - began, 3)
        )


def _tried(
    promise: Promise, address: Address, offered: Capabilities
) -> tuple[Literal["kept", "broken", "not offered"], str]:
    if promise.needs and not getattr(offered, promise.needs):
        return "not offered", ""
    try:
        with empty_store(address) as opener:
            promise.keep(opener)
    except (Broken, CivicWattError) as error:
        return "broken", str(error)
    except Exception as error:
        return "broken", repr(error)
    return "kept", ""
