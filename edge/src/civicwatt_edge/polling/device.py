"""One meter: what to ask, and how the answers become the values of its catalogue."""

from collections import deque
from typing import Any

import structlog

from civicwatt_edge.config import DeviceConfig
from civicwatt_edge.errors import DeviceTimeout
from civicwatt_edge.polling.plan import Plan
from civicwatt_edge.polling.questions import ModbusQuestion, Question, questions
from civicwatt_edge.storage.store import Store
from civicwatt_protocols import templates
from civicwatt_protocols.errors import CivicWattError, DeviceRefused, FrameError, MeterError, MeterRefused
from civicwatt_protocols.uplink import Catalogue, GapReason, Record

log = structlog.get_logger()

# The converter says that the device behind it did not answer: Modbus Application Protocol V1.1b3, clause 7.
GATEWAY_PATH_UNAVAILABLE, GATEWAY_TARGET_SILENT = 0x0A, 0x0B
ILLEGAL_ADDRESS = 0x02


class Device:
    """A configured meter, ready to be read in its slots."""

    def __init__(
        self,
        interval_us: int,
        catalogue: Catalogue,
        questions: tuple[Question, ...],
        except_us: int | None = None,  # multiples of this are another one's slots
    ) -> None:
        self.interval_us, self.catalogue, self.except_us = interval_us, catalogue, except_us
        self._plan = Plan(questions)

    @property
    def questions(self) -> tuple[Question, ...]:
        """What it is asked now."""
        return self._plan.questions

    def slot_from(self, t_us: int) -> int:
        """The first slot at or after a time."""
        slot_us = -(-t_us // self.interval_us) * self.interval_us
        if self.except_us is not None and slot_us % self.except_us == 0:
            slot_us += self.interval_us
        return slot_us

    async def read(self, bus: Any, slot_us: int) -> Record:
        """Ask all questions once, on a bus of the template's protocol; what fails is None with its reason.

        A refused question leaves the others standing; after silence or a broken line the rest is not asked.
        """
        plan = self._plan
        values: list[float | None] = [None] * len(self.catalogue.points)
        reasons: dict[int, GapReason] = {}
        lost: GapReason | None = None
        answered: list[Question] = []
        refused: list[ModbusQuestion] = []
        asked = 0
        questions = deque(plan.questions)
        while questions:
            question = questions.popleft()
            failed = GapReason.REFUSED if lost is None and plan.spares(question) else lost
            if failed is None:
                asked += 1
                try:
                    for place, (_, value) in zip(question.places, await question.ask(bus), strict=True):
                        values[place] = value
                        if value is None:
                            reasons[place] = GapReason.INVALID
                    answered.append(question)
                except CivicWattError as error:
                    failed = reason_of(error)
                    lost = None if failed is GapReason.REFUSED else failed
                    if isinstance(question, ModbusQuestion) and is_illegal_address(error):
                        if parts := plan.instead_of(question):
                            questions.extendleft(reversed(parts))
                            continue
                        refused.append(question)
            if failed is not None:
                reasons.update(dict.fromkeys(question.places, failed))
        before = len(plan.questions)
        plan.note(asked, answered, refused)
        if len(plan.questions) != before:
            log.info("questions_changed", device=self.catalogue.device, questions=len(plan.questions))
        return Record(0, slot_us, self.catalogue.device, self.catalogue.hash, tuple(values), reasons)

    def gap(self, slot_us: int, reason: GapReason) -> Record:
        """A slot in which nothing was read, and why."""
        count = len(self.catalogue.points)
        reasons = dict.fromkeys(range(count), reason)
        return Record(0, slot_us, self.catalogue.device, self.catalogue.hash, (None,) * count, reasons)


def make_devices(config: DeviceConfig, store: Store) -> list[Device]:
    """Plan the requests of a meter and settle its catalogues in the store.

    One that reads power more often than the rest is two here, the fast one first: in slots that both have,
    the other one reads all. The whole catalogue is settled last, so it is the one that births tell.
    """
    told = templates.load(config.template).measures
    wanted = [measure for measure in told if not config.measures or measure in config.measures]
    whole_us = config.interval_s * 1_000_000
    devices = []
    if config.fast_s is not None:
        fast = [measure for measure in wanted if measure in config.fast]
        devices.append(_plan(config, store, fast, config.fast_s * 1_000_000, whole_us))
    return [*devices, _plan(config, store, wanted, whole_us)]


def _plan(
    config: DeviceConfig, store: Store, measures: list[str], interval_us: int, except_us: int | None = None
) -> Device:
    catalogue = store.catalogue(config.id, config.template, measures)
    place = {point.measure: index for index, point in enumerate(catalogue.points)}
    return Device(interval_us, catalogue, questions(config, place), except_us)


def is_illegal_address(error: CivicWattError) -> bool:
    """Whether the device says that it has not all of the registers asked for."""
    return isinstance(error, DeviceRefused) and error.exception_code == ILLEGAL_ADDRESS


def reason_of(error: CivicWattError) -> GapReason:
    """The reason that a value carries when this error kept it away."""
    if isinstance(error, DeviceRefused):
        silent = error.exception_code in (GATEWAY_PATH_UNAVAILABLE, GATEWAY_TARGET_SILENT)
        return GapReason.TIMEOUT if silent else GapReason.REFUSED
    if isinstance(error, MeterRefused):
        return GapReason.REFUSED
    if isinstance(error, DeviceTimeout):
        return GapReason.TIMEOUT
    return GapReason.BAD_FRAME if isinstance(error, FrameError | MeterError) else GapReason.DISCONNECTED
