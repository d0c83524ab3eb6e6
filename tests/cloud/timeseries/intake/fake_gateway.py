"""A gateway that says what ours say."""

from collections.abc import Sequence

from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.timeseries.intake.parking import Message
from civicwatt_protocols.sparkplug.topics import MessageKind, Topic
from civicwatt_protocols.uplink import (
    Catalogue,
    GapReason,
    History,
    PointDefinition,
    Record,
    encode_birth,
    encode_node_birth,
    encode_node_death,
    encode_record,
    with_sequence,
)

NOW_HOUR = 500_000  # 2027-01-15T08Z


class FakeGateway:
    """Says what a gateway with one meter says; the values are the test's."""

    measures: Sequence[str] = ("import_active_energy", "active_power_total")

    def __init__(self, name: str = "gw-01", device: str = "M-1") -> None:
        self.name, self.device, self.division, self.epoch = name, device, "429900", f"epoch-of-{name}"
        points = tuple(PointDefinition(7 + i, measure) for i, measure in enumerate(self.measures))
        self.catalogue = Catalogue(device, "acrel/adw300", points)

    def birth(self) -> Message:
        return self._message(MessageKind.DBIRTH, encode_birth(self.catalogue, NOW_HOUR * HOUR_US, 0))

    def node_birth(
        self, bd_seq: int, kept: tuple[int, int] | None = None, lost: tuple[tuple[int, int], ...] = ()
    ) -> Message:
        history = kept and History(self.epoch, *kept, lost)
        body = encode_node_birth(NOW_HOUR * HOUR_US, bd_seq, history=history)
        return self._message(MessageKind.NBIRTH, body)

    def node_death(self, bd_seq: int) -> Message:
        return self._message(MessageKind.NDEATH, encode_node_death(bd_seq))

    def data(self, seq: int, slot_us: int, *values: float | None) -> Message:
        """One poll; None is a gap after a time-out."""
        gaps = {i: GapReason.TIMEOUT for i, value in enumerate(values) if value is None}
        record = Record(seq, slot_us, self.device, self.catalogue.hash, values, gaps)
        body = encode_record(record, self.catalogue, self.epoch)
        return self._message(MessageKind.DDATA, with_sequence(body, seq % 256))

    def hours(self, numbers: range, interval_us: int = HOUR_US // 4) -> list[Message]:
        """Polls with these sequence numbers on their grid, the counter rising by 1.5 each time."""
        start = (NOW_HOUR - 400) * HOUR_US
        return [self.data(n, start + n * interval_us, 1000 + 1.5 * n, 6000.0) for n in numbers]

    def _message(self, kind: MessageKind, payload: bytes) -> Message:
        device = self.device if kind.of_device else None
        return Message(str(Topic(self.division, kind, self.name, device)), payload)
