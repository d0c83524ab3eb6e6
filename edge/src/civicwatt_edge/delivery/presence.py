"""Which devices are gone: silent for some slots in a row, back with one answer; DDEATH and DBIRTH tell it."""

from collections.abc import Set

from civicwatt_protocols.uplink import GapReason, Record

SLOTS_TO_GO = 3  # engineering default
UNREACHED = {GapReason.TIMEOUT, GapReason.DISCONNECTED}


class Presence:
    """Learns from records; a slot that was missed for our own reasons says nothing."""

    def __init__(self) -> None:
        self._missed: dict[str, int] = {}  # slots in a row
        self._gone: set[str] = set()

    @property
    def gone(self) -> Set[str]:
        """Devices that do not answer; the set stays the same object and follows them."""
        return self._gone

    def note(self, record: Record) -> None:
        """Learn how a slot of a device ended."""
        reasons = set(record.reasons.values())
        if reasons == {GapReason.LATE}:
            return
        if len(record.reasons) < len(record.values) or not reasons <= UNREACHED:
            self._missed.pop(record.device, None)
            self._gone.discard(record.device)
            return
        self._missed[record.device] = missed = self._missed.get(record.device, 0) + 1
        if missed >= SLOTS_TO_GO:
            self._gone.add(record.device)

    def leave(self, devices: Set[str]) -> None:
        """Devices that are read no more are gone."""
        self._gone |= devices
