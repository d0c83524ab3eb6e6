"""Meters of DL/T 645 and CJ/T 188: asked for their number, and read by the gateway's own questions."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

import msgspec

from civicwatt_edge.bus.connect import open_bus
from civicwatt_edge.bus.frame_line import FrameLine
from civicwatt_edge.commands.identify import Candidate, Guess
from civicwatt_edge.commands.line import Line
from civicwatt_edge.commands.plausible import judge, share
from civicwatt_edge.config import DeviceConfig
from civicwatt_edge.errors import DeviceTimeout, Disconnected, NobodyAnswers, Unreachable
from civicwatt_edge.polling.device import reason_of
from civicwatt_edge.polling.questions import ModbusQuestion, questions
from civicwatt_protocols import cjt188, dlt645, templates
from civicwatt_protocols.cjt188 import frames as cjt188_frames
from civicwatt_protocols.dlt645 import frames as dlt645_frames
from civicwatt_protocols.errors import CivicWattError
from civicwatt_protocols.modbus.plan import Block
from civicwatt_protocols.template import DeviceTemplate, Order
from civicwatt_protocols.uplink import GapReason


@dataclass(frozen=True, slots=True)
class Told:
    """What a meter said, in the form of asking.Answers: there are no words here that could be swapped."""

    template: DeviceTemplate
    share: float
    reasons: list[GapReason]
    told: dict[str, float | None]
    blocks: tuple[tuple[Block, bytes | GapReason], ...] = ()

    def values(self, order: Order | None = None) -> dict[str, float | None]:
        """Value by measure."""
        return self.told


async def read(line: Line, device: DeviceConfig) -> Told:
    """Ask a meter all questions of its template, on the secondary side. Raises Unreachable, NobodyAnswers."""
    template = templates.load(device.template)
    place = {measure: number for number, measure in enumerate(template.measures)}
    secondary = msgspec.structs.replace(device, ct=1, pt=1)
    asked = [one for one in questions(secondary, place) if not isinstance(one, ModbusQuestion)]
    reasons: list[GapReason] = []
    told: dict[str, float | None] = {}
    bus: Any = open_bus(line.bus)  # of the questions' protocol
    try:
        for question in asked:
            try:
                told.update(await question.ask(bus))
            except Disconnected as error:
                raise Unreachable(line.url, detail=error.facts["detail"]) from None
            except DeviceTimeout:
                raise NobodyAnswers(line.url, units=device.address) from None
            except CivicWattError as error:
                reasons.append(reason_of(error))
    finally:
        bus.close()
    return Told(template, 1 - len(reasons) / len(asked), reasons, told)


async def number_of_the_only_one(line: Line) -> str:
    """The number of the one meter on a line. Raises Unreachable, NobodyAnswers; with two, MeterError."""
    bus = cast("FrameLine", open_bus(line.bus))
    try:
        if line.bus.where.protocol.of_templates == "dlt645":
            request = dlt645_frames.read_address_request()
            return await bus.exchange(request, lambda data: dlt645_frames.answered_address(dlt645.find(data)))
        request = cjt188_frames.read_address_request(0)
        return await bus.exchange(request, lambda data: cjt188_frames.answered_address(cjt188.find(data)))
    except Disconnected as error:
        raise Unreachable(line.url, detail=error.facts["detail"]) from None
    except DeviceTimeout:
        raise NobodyAnswers(line.url, units="AA…AA") from None
    finally:
        bus.close()


async def identify(line: Line, templates_: Iterable[DeviceTemplate]) -> Guess:
    """The one meter on a line, and which of the templates of its protocol tells most."""
    number = await number_of_the_only_one(line)
    candidates = []
    for template in templates_:
        told = await read(line, DeviceConfig(id="M", template=template.key, address=number))
        shown = sum(1 for value in told.told.values() if value is not None)
        score = round(told.share * share(judge(told.told)), 3)
        if shown:
            why = f"{shown} 个量有值", f"{shown} measures have a value"
            candidates.append(Candidate(template.key, score, shown, None, *why))
    candidates.sort(key=lambda one: (-one.score, -one.values, one.template))
    return Guess(0, candidates, address=number)
