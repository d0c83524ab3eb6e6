"""Small segments: a short drill then sees as many of them come and go as weeks would bring."""

from civicwatt_edge.storage import outbox, store


def segments() -> None:
    """For this process, which runs an outbox."""
    store.SEGMENT, store.IN_ROWS, outbox.TIDY_S = 32, 16, 0.1
