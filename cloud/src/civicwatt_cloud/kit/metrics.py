"""What the cloud counts about itself, for Prometheus; docs/operations/monitoring.md says what each means.

No name, no identifier of a person, institution, gateway or meter is ever a label.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY = CollectorRegistry()  # of this process, whatever runs in it

_FAST = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)


def _counter(name: str, text: str, *labels: str) -> Counter:
    return Counter(f"civicwatt_{name}", text, labels, registry=REGISTRY)


def _gauge(name: str, text: str) -> Gauge:
    return Gauge(f"civicwatt_{name}", text, registry=REGISTRY)


def _histogram(name: str, text: str, *labels: str) -> Histogram:
    return Histogram(f"civicwatt_{name}", text, labels, registry=REGISTRY, buckets=_FAST)


INGEST_MESSAGES = _counter("ingest_messages", "Messages taken from the broker and committed")
INGEST_READINGS = _counter("ingest_readings", "Readings that were new to the store")
INGEST_REPEATED = _counter("ingest_repeated_records", "Records that were stored before and came again")
INGEST_ASIDE = _counter("ingest_set_aside", "Messages and readings put into quarantine", "code")
INGEST_COMMITS = _histogram("ingest_commit_seconds", "From a handful of messages to its committed marks")
INGEST_FAILED = _counter("ingest_failed_commits", "Commits that a database refused; the gateways send again")
INGEST_LAG = _gauge("ingest_ack_lag_seconds", "Age of the newest slot of the last commit")

LEDGER_HOURS = _counter("ledger_booked_hours", "Hours written, also those written again")
LEDGER_SECONDS = _histogram("ledger_recompute_seconds", "One transaction of the books")
LEDGER_FAILED = _counter("ledger_failures", "Transactions of the books that failed; they are tried again")
LEDGER_EVEN = _gauge("ledger_even_timestamp_seconds", "When nothing was left to book, last")
LEDGER_VIOLATIONS = _gauge(
    "ledger_violations", "Days and months that are not the sum of their parts, at night"
)

HTTP_SECONDS = _histogram("http_request_seconds", "Requests by route and class of status", "route", "status")

DROPPED = _counter("housekeeping_dropped_rows", "Rows deleted by age", "what")
HOUSEKEEPING = _gauge("housekeeping_timestamp_seconds", "When the nightly housekeeping ended, last")
