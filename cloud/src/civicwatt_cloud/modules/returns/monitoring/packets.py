"""The XML packets of a collector's link. Pure.

Source: 分项能耗数据传输技术导则; `id_validate` is seen in public descriptions, the others are from memory.
"""

import hashlib
from collections.abc import Mapping
from typing import Literal, NamedTuple
from xml.etree import ElementTree as Xml

from civicwatt_cloud.modules.returns.monitoring.errors import BadPacket

DECLARATION = '<?xml version="1.0" encoding="utf-8"?>'
VALIDATE, BEAT, DATA = "id_validate", "heart_beat", "energy_data"


class Packet(NamedTuple):
    """A packet: whose, of which type, what is done, and what it holds."""

    building: str
    gateway: str
    type: str
    operation: str
    body: Mapping[str, str]


def write(packet: Packet) -> str:
    """The packet as XML."""
    root = Xml.Element("root")
    common = Xml.SubElement(root, "common")
    for name, said in (
        ("building_id", packet.building),
        ("gateway_id", packet.gateway),
        ("type", packet.type),
    ):
        Xml.SubElement(common, name).text = said
    part = Xml.SubElement(root, packet.type, operation=packet.operation)
    for name, said in packet.body.items():
        Xml.SubElement(part, name).text = said
    return DECLARATION + Xml.tostring(root, encoding="unicode")


def read(text: str) -> Packet:
    """The packet of a text. Errors: BadPacket; a text that declares entities is none."""
    if "<!" in text:
        raise BadPacket(detail="it declares something")
    try:
        root = Xml.fromstring(text)  # noqa: S314 - without declarations there are no entities
    except Xml.ParseError as error:
        raise BadPacket(detail="it is no XML") from error
    building, gateway, kind = (
        root.findtext(f"common/{one}") for one in ("building_id", "gateway_id", "type")
    )
    part = root.find(kind) if kind and kind.isidentifier() else None
    if building is None or gateway is None or kind is None or part is None:
        raise BadPacket(detail="it lacks its common part")
    return Packet(
        building, gateway, kind, part.get("operation", ""), {one.tag: one.text or "" for one in part}
    )


def answer(sequence: str, key: str, case: Literal["lower", "upper"] = "lower") -> str:
    """MD5 of the sequence and then the key; the case of its digits is a setting."""
    digits = hashlib.md5((sequence + key).encode(), usedforsecurity=False).hexdigest()
    return digits if case == "lower" else digits.upper()
