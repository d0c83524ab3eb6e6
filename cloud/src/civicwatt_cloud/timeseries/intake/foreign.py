"""Sparkplug nodes of other makers: put into the order of their seq, metrics by name, no ack.

Source: Sparkplug 3.0.0, chapters 5 (sequence numbers, rebirth, host application) and 6 (payloads).
What such a node says while nobody listens is lost, as the standard has it; a birth tells all present values.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from civicwatt_cloud.timeseries.intake.foreign_names import Names
from civicwatt_cloud.timeseries.intake.parking import Message
from civicwatt_protocols.sparkplug.payload import Metric, Payload, decode
from civicwatt_protocols.sparkplug.topics import MessageKind, Topic

REORDER_S = 5.0  # a message is waited for this long before a rebirth is asked [engineering default]
BD_SEQ = "bdSeq"
DIGITS = 6  # values are kept in millionths of the measure's unit
_COUNT = 256  # numbers that seq takes


@dataclass(frozen=True, slots=True)
class Said:
    """A message whose turn has come."""

    message: Message
    topic: Topic
    payload: Payload


@dataclass(frozen=True, slots=True)
class Told:
    """One value of a device at one time, under the name that we keep it by."""

    device: str
    measure: str
    at_us: int
    value: float | None


@dataclass(slots=True)
class _Node:
    """What is known of a node since its birth."""

    expected: int | None = None  # seq of the next message; None: not born
    names: dict[int, str] = field(default_factory=dict)  # of metrics, by alias
    waiting: dict[int, Said] = field(default_factory=dict)  # by seq
    since_s: float = 0.0  # when the first of them came


class Foreign:
    """All nodes of the groups that the settings name. Belongs to one process: order is nobody else's."""

    def __init__(self, groups: Mapping[str, str], names: Names | None = None) -> None:
        self.groups = groups  # the division of each group
        self._names = names or Names([])
        self._nodes: dict[tuple[str, str], _Node] = {}

    def hear(self, message: Message, topic: Topic) -> tuple[list[Said], bool]:
        """The messages whose turn it is now, and whether a birth is needed to understand more.

        Raises NotSparkplug.
        """
        node = self._nodes.setdefault((topic.division, topic.gateway), _Node())
        if topic.kind in {MessageKind.NCMD, MessageKind.DCMD}:
            return [], False
        said = Said(message, topic, decode(message.payload))
        if topic.kind is MessageKind.NDEATH:
            return [said], False
        seq = said.payload.seq
        if topic.kind is MessageKind.NBIRTH:
            before = [node.waiting[key] for key in sorted(node.waiting)]
            node.waiting, node.expected = {}, ((seq or 0) + 1) % _COUNT
            return [*before, said], False
        if node.expected is None or seq is None or not 0 <= seq < _COUNT:
            return [said], True
        if seq != node.expected:
            if not node.waiting:
                node.since_s = time.monotonic()
            node.waiting[seq] = said
            return [], False
        return [said, *_follow(node)], False

    def overdue(self) -> tuple[list[Said], list[Topic]]:
        """What has waited too long for a message that was lost, and the nodes that have to be born again."""
        ready: list[Said] = []
        reborn: list[Topic] = []
        for (group, name), node in self._nodes.items():
            if node.waiting and time.monotonic() - node.since_s > REORDER_S:
                first = node.expected or 0
                ready += [
                    node.waiting[seq] for seq in sorted(node.waiting, key=lambda n: (n - first) % _COUNT)
                ]
                node.waiting, node.expected = {}, None
                reborn.append(Topic(group, MessageKind.NCMD, name))
        return ready, reborn

    def values(self, said: Said, now_us: int) -> tuple[list[Told], bool]:
        """The numbers of a message, and whether some bear an alias that no birth has named."""
        node = self._nodes[said.topic.division, said.topic.gateway]
        device = said.topic.device or said.topic.gateway
        is_birth = said.topic.kind in {MessageKind.NBIRTH, MessageKind.DBIRTH}
        if said.topic.kind is MessageKind.NBIRTH:
            node.names = {}
        told, unnamed = [], False
        for metric in said.payload.metrics:
            if is_birth and metric.name and metric.alias is not None:
                node.names[metric.alias] = metric.name
            name = metric.name or node.names.get(metric.alias or 0)
            if name is None:
                unnamed = True
            elif (one := self._told(said, device, name, metric, now_us)) is not None:
                told.append(one)
        return told, unnamed

    def _told(self, said: Said, device: str, name: str, metric: Metric, now_us: int) -> Told | None:
        if name == BD_SEQ or name.startswith("Node Control/") or isinstance(metric.value, str | bytes):
            return None
        if metric.value is None and not metric.is_null:
            return None  # a data set or a template: no number of a meter
        measure, factor = self._names.of(said.topic.division, said.topic.gateway, device, name)
        at_ms = metric.timestamp_ms or said.payload.timestamp_ms or now_us // 1000
        value = None if metric.value is None else round(metric.value * factor, DIGITS)
        return Told(device, measure, at_ms * 1000, value)


def bd_seq(payload: Payload) -> int:
    """Of a node's birth or death; 0 where an older node says none."""
    found = [one.value for one in payload.metrics if one.name == BD_SEQ]
    return found[0] if found and isinstance(found[0], int) else 0


def name_of(topic: Topic) -> str:
    """What a node is called among our gateways: no gateway of ours can be called so."""
    return f"{topic.division}:{topic.gateway}"


def _follow(node: _Node) -> list[Said]:
    """Count on, and give what has waited for just this."""
    node.expected = ((node.expected or 0) + 1) % _COUNT
    ready = []
    while node.expected in node.waiting:
        ready.append(node.waiting.pop(node.expected))
        node.expected = (node.expected + 1) % _COUNT
    return ready
