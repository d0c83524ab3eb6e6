"""From a gateway's message to columns: read, or set aside with the reason."""

import math
from collections.abc import Collection
from datetime import UTC, datetime

import structlog

from civicwatt_cloud.kit.business_time import SECOND_US
from civicwatt_cloud.timeseries.intake import plain
from civicwatt_cloud.timeseries.intake.catalogues import Catalogues
from civicwatt_cloud.timeseries.intake.errors import AncientReading, FutureReading, TooLarge, WrongDevice
from civicwatt_cloud.timeseries.intake.foreign import Foreign, Said, bd_seq, name_of
from civicwatt_cloud.timeseries.intake.handful import Intake, Outbox, Stored
from civicwatt_cloud.timeseries.intake.parking import Message, Parking
from civicwatt_cloud.timeseries.intake.plain import Answer
from civicwatt_cloud.timeseries.intake.quarantine import Entry
from civicwatt_protocols.errors import CivicWattError, NotOurMessage
from civicwatt_protocols.sparkplug.topics import NAMESPACE, MessageKind, Topic
from civicwatt_protocols.uplink import (
    Catalogue,
    Data,
    PointDefinition,
    decode_birth,
    decode_node_birth,
    decode_node_death,
)

log = structlog.get_logger()

MAX_PAYLOAD = 256 * 1024  # bytes; 600 points with their names need 50 kB [engineering default]
FUTURE_US = 24 * 3600 * SECOND_US  # [engineering default]
ANCIENT_US = 1_577_836_800 * SECOND_US  # 2020-01-01T00Z: an unset clock says 1970 or 2000
TOPICS = 50_000  # remembered [engineering default]
_MAX_SEQ = 2**63 - 2  # a range of the received ones is looked for up to the number after its end
FOREIGN = "sparkplug"  # the template of points that no device template describes
# What the tables keep; a longer name, or one with a NUL, would stop the whole transaction for ever.
_MAX_DIVISION, _MAX_NAME, _MAX_MEASURE, _MAX_EPOCH = 12, 64, 40, 36
_PLAIN = f"{plain.PLAIN}/"
_STATE = f"{NAMESPACE}/STATE/"


class Reader:
    """Reads messages one by one into an Intake."""

    def __init__(
        self,
        catalogues: Catalogues,
        parking: Parking,
        foreign: Foreign | None = None,
        groups: Collection[str] = (),  # of nodes of other makers; without `foreign` another process has them
    ) -> None:
        self.catalogues = catalogues
        self.parking = parking
        self.foreign = foreign
        self._groups = frozenset(groups)
        self._topics: dict[str, Topic] = {}
        self._noted: set[str] = set()  # what newer gateways say and we do not know, told once

    def read(self, message: Message, now_us: int, intake: Intake) -> list[Message]:
        """Take one message in; returns parked ones that can be read now.

        Errors: CivicWattError for a message that must be set aside whole and is not acked.
        """
        topic = self._topics.get(message.topic)
        if topic is None:
            if message.topic.startswith(_STATE):
                return []
            if message.topic.startswith(_PLAIN):
                self._read_plain(message, now_us, intake)
                return []
            topic = self._remember(message.topic)
        if len(message.payload) > MAX_PAYLOAD:
            raise TooLarge(size=len(message.payload), limit=MAX_PAYLOAD)
        if topic.division in self._groups:
            self._read_foreign(message, topic, now_us, intake)
            return []
        if topic.kind is MessageKind.DDATA:
            self._read_data(message, topic, now_us, intake)
            return []
        return self._read_other(message, topic, intake)

    def _read_other(self, message: Message, topic: Topic, intake: Intake) -> list[Message]:
        match topic.kind:
            case MessageKind.NBIRTH:
                birth = decode_node_birth(message.payload)
                _check_text(birth.history.epoch if birth.history else "", _MAX_EPOCH)
                intake.births[topic.gateway] = message
                intake.divisions[topic.gateway] = topic.division
                intake.lives.setdefault(topic.gateway, []).append((True, birth.bd_seq))
                if birth.history is not None:
                    intake.histories[topic.division, topic.gateway] = birth.history
            case MessageKind.NDEATH:
                ended = decode_node_death(message.payload)
                intake.divisions[topic.gateway] = topic.division
                intake.lives.setdefault(topic.gateway, []).append((False, ended))
            case MessageKind.DBIRTH:
                catalogue = decode_birth(message.payload, topic.device or "")
                _check_text(catalogue.template, _MAX_NAME)
                for point in catalogue.points:
                    _check_text(point.measure, _MAX_MEASURE)
                self.catalogues.put(catalogue)
                intake.divisions[topic.gateway] = topic.division
                return self.parking.take(topic.gateway, catalogue.hash)
            case MessageKind.NDATA:
                raise NotOurMessage(detail="NDATA")
            case _:  # commands, our own among them, and device deaths, which the readings' reasons tell
                pass
        return []

    def _read_data(self, message: Message, topic: Topic, now_us: int, intake: Intake) -> None:
        data = Data(message.payload)
        if data.seq > _MAX_SEQ or len(data.epoch) > _MAX_EPOCH or "\0" in data.epoch:
            raise NotOurMessage(detail="cw/seq or cw/epoch are out of range")
        division, gateway = topic.division, topic.gateway
        intake.divisions[gateway] = division
        newest_us = intake.newest_slot_us.setdefault(gateway, 0)
        catalogue = self.catalogues.get(data.birth)
        if catalogue is None:
            intake.rebirth_wanted.add((division, gateway))
            self.parking.put(gateway, data.birth, message)
            return
        # From here on the record counts as received, whatever is wrong with it: it is kept here or in
        # quarantine. Without an ack the gateway would send it again for ever, and it would not get better.
        outbox = Outbox(division, gateway, data.epoch)
        if outbox in intake.done:
            intake.done[outbox].append(data.seq)
        else:
            intake.done[outbox] = [data.seq]
        try:
            if catalogue.device != topic.device:
                raise WrongDevice(topic_device=topic.device, device=catalogue.device)
            read = data.values(catalogue)
            _check_time(read.slot_us, now_us)
        except CivicWattError as error:
            intake.aside.append(Entry(message.topic, error, message.payload))
            return
        if read.unknown:
            self._note(gateway, read.unknown)
        if read.reasons:
            first = len(intake.values)
            intake.reasons += [(first + index, reason) for index, reason in read.reasons.items()]
        intake.values += read.values
        intake.records.append(Stored(message, gateway, catalogue, read.slot_us))
        if read.slot_us > newest_us:
            intake.newest_slot_us[gateway] = read.slot_us

    def _read_plain(self, message: Message, now_us: int, intake: Intake) -> None:
        """Readings in JSON: the point and its time say which reading it is."""
        place = plain.place_of(message.topic)
        answers = intake.answers.setdefault((place.division, place.gateway), [])
        intake.guests.add(place.gateway)
        intake.divisions[place.gateway] = place.division
        try:
            if len(message.payload) > MAX_PAYLOAD:
                raise TooLarge(size=len(message.payload), limit=MAX_PAYLOAD)
            readings = [(one, plain.instant_us(one)) for one in plain.read(message.payload)]
            for _, slot_us in readings:
                _check_time(slot_us, now_us)
        except CivicWattError as error:
            answers.append(Answer(place.device, None, error))
            raise
        for one, slot_us in readings:
            catalogue = plain.catalogue_of(place.device, one)
            intake.values += plain.values_of(one)
            intake.records.append(Stored(message, place.gateway, catalogue, slot_us))
            newest_us = intake.newest_slot_us.get(place.gateway, 0)
            intake.newest_slot_us[place.gateway] = max(newest_us, slot_us)
            answers.append(Answer(place.device, one))

    def _read_foreign(self, message: Message, topic: Topic, now_us: int, intake: Intake) -> None:
        if self.foreign is not None:
            ready, reborn = self.foreign.hear(message, topic)
            if reborn:
                intake.reborn[name_of(topic)] = Topic(topic.division, MessageKind.NCMD, topic.gateway)
            for said in ready:
                self._use(self.foreign, said, now_us, intake)

    def read_overdue(self, now_us: int, intake: Intake) -> None:
        """Messages of other makers' nodes that have waited too long for one before them."""
        if self.foreign is not None:
            ready, reborn = self.foreign.overdue()
            intake.reborn |= {name_of(topic): topic for topic in reborn}
            for said in ready:
                self._use(self.foreign, said, now_us, intake)

    def _use(self, foreign: Foreign, said: Said, now_us: int, intake: Intake) -> None:
        """The values of a message, a record for each device and time; a bad one is set aside alone."""
        topic, gateway = said.topic, name_of(said.topic)
        intake.divisions[gateway] = foreign.groups[topic.division]
        intake.guests.add(gateway)
        if topic.kind in {MessageKind.NBIRTH, MessageKind.NDEATH}:
            is_birth = topic.kind is MessageKind.NBIRTH
            intake.lives.setdefault(gateway, []).append((is_birth, bd_seq(said.payload)))
        told, unnamed = foreign.values(said, now_us)
        if unnamed:
            intake.reborn[gateway] = Topic(topic.division, MessageKind.NCMD, topic.gateway)
        records: dict[tuple[str, int], dict[str, float]] = {}
        for one in told:
            value = math.nan if one.value is None else one.value
            records.setdefault((one.device, one.at_us), {})[one.measure] = value
        for (device, at_us), values in records.items():
            try:
                _check_time(at_us, now_us)
            except CivicWattError as error:
                intake.aside.append(Entry(said.message.topic, error, said.message.payload))
                continue
            points = tuple(PointDefinition(alias, name) for alias, name in enumerate(sorted(values)))
            intake.values += [values[point.measure] for point in points]
            catalogue = Catalogue(device, FOREIGN, points)
            intake.records.append(Stored(said.message, gateway, catalogue, at_us))
            intake.newest_slot_us[gateway] = max(intake.newest_slot_us.get(gateway, 0), at_us)

    def _remember(self, text: str) -> Topic:
        topic = Topic.parse(text)
        is_foreign = topic.division in self._groups
        names = (name_of(topic) if is_foreign else topic.gateway, topic.device or "")
        division = "" if is_foreign else topic.division
        if len(division) > _MAX_DIVISION or any(len(name) > _MAX_NAME for name in names):
            raise NotOurMessage(detail="a name in its topic is too long")
        if len(self._topics) >= TOPICS:
            self._topics.clear()
        self._topics[text] = topic
        return topic

    def _note(self, gateway: str, names: tuple[str, ...]) -> None:
        for name in names:
            if name not in self._noted and len(self._noted) < TOPICS:
                self._noted.add(name)
                log.warning("metric_unknown", gateway=gateway, metric=name)


def _check_text(text: str, longest: int) -> None:
    if len(text) > longest or "\0" in text:
        raise NotOurMessage(detail=f"{text[:80]!r} is too long, or holds a NUL")


def _check_time(slot_us: int, now_us: int) -> None:
    """A wrong clock must not spread consumption over decades, nor stand as the newest reading for years."""
    if slot_us > now_us + FUTURE_US:
        raise FutureReading(at=_instant(slot_us))
    if slot_us < ANCIENT_US:
        raise AncientReading(at=_instant(slot_us))


def _instant(t_us: int) -> str:
    """ISO 8601 where there is such a date; a broken clock can say anything."""
    try:
        return datetime.fromtimestamp(t_us / SECOND_US, UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        return f"{t_us} µs"
