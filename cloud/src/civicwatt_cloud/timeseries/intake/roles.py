"""What one connection to the broker listens to, and whether it is the host that gateways may wait for."""

from collections.abc import Collection
from dataclasses import dataclass

from civicwatt_cloud.timeseries.intake.plain import PLAIN
from civicwatt_protocols.sparkplug.topics import NAMESPACE, state_topic

CLIENT_ID = "civicwatt-ingest"
HOST = "civicwatt"  # the host id in STATE
SHARE = "civicwatt"  # the group of workers that share what gateways send

_OURS = (f"{NAMESPACE}/#", f"{PLAIN}/+/+/+")


@dataclass(frozen=True, slots=True)
class Role:
    """One connection."""

    client_id: str
    topics: tuple[str, ...]
    is_shared: bool = False  # in MQTT 5, the version that has shared subscriptions
    is_host: bool = False


def alone() -> Role:
    """The only process there is: all gateways, and the host's word. Any broker will do."""
    return Role(CLIENT_ID, _OURS, is_host=True)


def coordinator(groups: Collection[str] = (), *, ingests: bool) -> Role:
    """The one beside workers: the host's word, and nodes of other makers, or a worker's share, or neither.

    Not both: what is heard twice on one connection could not be told from what was said twice.
    """
    if groups:
        topics = tuple(f"{NAMESPACE}/{group}/#" for group in sorted(groups))
        return Role(CLIENT_ID, (state_topic(HOST), *topics), is_host=True)
    topics = (state_topic(HOST), *(_shared() if ingests else ()))
    return Role(CLIENT_ID, topics, is_shared=ingests, is_host=True)


def worker(name: str) -> Role:
    """One of many: a share of what gateways send, and never the host's word."""
    return Role(f"{CLIENT_ID}-{name}", _shared(), is_shared=True)


def is_ours(name: str) -> bool:
    """Whether a client of this name would be one of ours: no gateway may have it."""
    return name == CLIENT_ID or name.startswith(f"{CLIENT_ID}-")


def _shared() -> tuple[str, ...]:
    return tuple(f"$share/{SHARE}/{topic}" for topic in _OURS)
