"""Which model answers? By fingerprint register, by SunSpec marker, else by what its values would be.

A template is tried on one register first; only where that could be true are all of its blocks read and
looked at in all byte orders. A model already found on the bus is tried first, and if it fits, that is it.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from civicwatt_edge.commands.asking import ORDERS, Answers, Unit, ask, in_order
from civicwatt_edge.commands.plausible import judge, share
from civicwatt_protocols.modbus.decode import BlockDecoder
from civicwatt_protocols.modbus.plan import Block
from civicwatt_protocols.sunspec.identity import COMMON, Identity, identity
from civicwatt_protocols.sunspec.models import HEADER
from civicwatt_protocols.sunspec.walk import BASES, MARKER
from civicwatt_protocols.template import DeviceTemplate, Order, Register

SURE = 0.95  # engineering default: a score that ends the search where the model is at home on this bus
USUAL = 2  # engineering default: each costs a time-out at every silent address
ANCHORS = ("voltage_l1", "voltage_ab", "frequency")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A template that could be the device's; order: byte order, where the template's own cannot be true."""

    template: str
    score: float  # 0 to 1
    values: int  # how many measures have a value other than zero
    order: Order | None
    why_zh: str
    why_en: str


@dataclass(slots=True)
class Guess:
    """What is known of a unit, the best candidate first."""

    unit: int
    candidates: list[Candidate] = field(default_factory=list)
    sunspec: Identity | None = None
    garbled: bool = False
    address: str = ""  # on the plate, of meters that have no unit

    @property
    def place(self) -> str:
        """Unit or number."""
        return self.address or str(self.unit)

    @property
    def best(self) -> Candidate | None:
        """The likeliest template."""
        return self.candidates[0] if self.candidates else None

    @property
    def rivals(self) -> list[Candidate]:
        """Templates that fit as well as the best one: only the type plate can tell."""
        best = self.best
        return [] if best is None else [one for one in self.candidates[1:] if one.score >= best.score]


async def answers_at_all(unit: Unit, templates: Iterable[DeviceTemplate]) -> bool:
    """Whether anything answers at this address; some devices keep silent where they know no register."""
    firsts = [(anchor.function, anchor.address, anchor.count) for anchor in map(_anchor, templates)]
    for question in dict.fromkeys([*firsts, (3, 0, 1), (4, 0, 1)]):
        await unit.read(*question)
        if unit.answered:
            return True
    return False


@dataclass
class Home:
    """What was found on a bus so far: how often each template, and what fits as well as it."""

    counts: Counter[str] = field(default_factory=Counter)
    rivals: dict[str, list[Candidate]] = field(default_factory=dict)

    def usual(self, templates: Iterable[DeviceTemplate]) -> list[DeviceTemplate]:
        """The models found most often, or the few that are looked for: who is there knows their registers."""
        templates = list(templates)
        if len(templates) <= USUAL:
            return templates
        most = [key for key, _ in self.counts.most_common(USUAL)]
        return [one for one in templates if one.key in most]

    def note(self, guess: Guess) -> None:
        """Learn from a guess."""
        if guess.best is not None:
            self.counts[guess.best.template] += 1
            self.rivals.setdefault(guess.best.template, guess.rivals)


async def identify(unit: Unit, templates: Iterable[DeviceTemplate], home: Home) -> Guess:
    """Candidates for a unit, the likeliest first; the rivals of a model at home on the bus are known."""
    guess = Guess(unit.unit)
    ordered = sorted(templates, key=lambda one: (-home.counts[one.key], one.key))
    for template in ordered:
        if template.fingerprint is not None:
            mark = template.fingerprint
            data = await unit.read(mark.function, mark.address, mark.count)
            if isinstance(data, bytes) and mark.matches(data):
                guess.candidates = [_by_fingerprint(await ask(unit, template))]
                return guess
        if not await _could_be(unit, template):
            continue
        candidate = _best_order(await ask(unit, template))
        if candidate.score > 0:
            guess.candidates.append(candidate)
        if home.counts[template.key] and candidate.score >= SURE:
            guess.candidates += [replace(one, score=candidate.score) for one in home.rivals[template.key]]
            break
    guess.candidates.sort(key=lambda one: (-one.score, -home.counts[one.template], -one.values, one.template))
    if not guess.candidates or guess.candidates[0].score < SURE:
        guess.sunspec = await _sunspec(unit)
    guess.garbled = unit.garbled
    return guess


def _anchor(template: DeviceTemplate) -> Register:
    by_measure = {register.measure: register for register in template.registers}
    return next((by_measure[one] for one in ANCHORS if one in by_measure), template.registers[0])


async def _could_be(unit: Unit, template: DeviceTemplate) -> bool:
    anchor = _anchor(template)
    data = await unit.read(anchor.function, anchor.address, anchor.count)
    if not isinstance(data, bytes):
        return False
    if anchor.measure not in ANCHORS:
        return True
    for order in (None, *(ORDERS if anchor.count > 1 else ())):
        block = Block(anchor.function, anchor.address, anchor.count, in_order([anchor], order))
        if share(judge(dict(BlockDecoder(block).decode(data)))) == 1.0:
            return True
    return False


def _best_order(answers: Answers) -> Candidate:
    """The template's own order unless another one makes clearly more sense."""
    own = _candidate(answers, None)
    others = [_candidate(answers, order) for order in orders_to_try(answers.template)]
    best = max(others, key=lambda one: one.score, default=own)
    return best if best.score > own.score else own


def orders_to_try(template: DeviceTemplate) -> list[Order]:
    """The orders that its registers of several words do not have; none where all have one word."""
    own = {register.order for register in template.registers if register.type.bits > 16}
    return [order for order in ORDERS if own and own != {order}]


def _candidate(answers: Answers, order: Order | None) -> Candidate:
    values = answers.values(order)
    checks = judge(values)
    score = answers.share * share(checks)
    passed = [check for check in checks if check.ok]
    failed = [check for check in checks if not check.ok]
    why_zh, why_en = f"{len(passed)} 项相符", f"{len(passed)} looks passed"
    if failed:
        why_zh += "，不符：" + "、".join(check.zh for check in failed)
        why_en += ", fails: " + ", ".join(check.en for check in failed)
    shown = sum(1 for value in values.values() if value)
    return Candidate(answers.template.key, round(score, 3), shown, order, why_zh, why_en)


def _by_fingerprint(answers: Answers) -> Candidate:
    found = _best_order(answers)
    shown = found.values
    return Candidate(found.template, 1.0, shown, found.order, "型号寄存器相符", "the model register says so")


async def _sunspec(unit: Unit) -> Identity | None:
    """The name plate of a SunSpec device, from its common model."""
    for base in BASES:
        if await unit.read(3, base, 2) == MARKER:
            head = await unit.read(3, base + 2, HEADER)
            if isinstance(head, bytes) and int.from_bytes(head[:2]) == COMMON:
                data = await unit.read(3, base + 2 + HEADER, min(int.from_bytes(head[2:]), 66))
                return identity(data if isinstance(data, bytes) else b"")
    return None
