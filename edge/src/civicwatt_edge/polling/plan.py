"""What a device is asked: its planned questions, and what its refusals have made of them."""

from collections.abc import Collection
from dataclasses import dataclass, field

from civicwatt_edge.polling.breaker import Breaker
from civicwatt_edge.polling.questions import ModbusQuestion, Question

# Engineering defaults, in slots.
CALM, LONGEST_CALM = 16, 1024  # all parts of a block answered for so long: it is asked as one again
FIRST_HOLD, HOLDS = 16, 4  # a device refuses everything: before it is searched; 16, 32, 64, at last 128


@dataclass
class _Block:
    """A planned question, the parts in which it is asked now, and the last parts that were answered."""

    planned: Question
    now: tuple[Question, ...] = field(init=False)
    good: tuple[Question, ...] = field(init=False)
    calm: int = 0  # slots in a row in which all parts were answered
    patience: int = CALM

    def __post_init__(self) -> None:
        self.now = self.good = (self.planned,)

    @property
    def is_tried(self) -> bool:
        """Whether it is asked as one again, after it was asked in parts."""
        return self.now == (self.planned,) != self.good

    def go_back(self) -> None:
        """It cannot be asked as one."""
        self.now, self.patience = self.good, min(self.patience * 2, LONGEST_CALM)

    def split(self, refused: Collection[int]) -> bool:
        """Ask in halves what was refused (by id); whether anything can be."""
        before = self.now
        self.now = tuple(
            part
            for one in before
            for part in (one.halves() if isinstance(one, ModbusQuestion) and id(one) in refused else (one,))
        )
        return self.now != before

    def note(self, answered: Collection[int]) -> None:
        """These (by id) were answered in a slot."""
        count = sum(id(one) in answered for one in self.now)
        if count:
            self.good = self.now
        self.calm = self.calm + 1 if count == len(self.now) > 1 else 0
        if self.calm >= self.patience:
            self.now, self.calm = (self.planned,), 0


class Plan:
    """Learns which registers a device has.

    A block refused for its addresses is asked in halves from the next slot on, down to the register; a
    refused register is let alone for some slots; parts that all answer are asked as one again. A device that
    refuses everything is not ready: it goes on being asked what it once answered, and is searched seldom.
    """

    def __init__(self, planned: tuple[Question, ...]) -> None:
        self.questions = self._planned = planned
        self._blocks = [_Block(one) for one in planned]
        self._breakers: dict[int, Breaker] = {}  # of refused registers, by place in the catalogue
        self._answered = False  # ever
        self._searches = 0  # in a row that found nothing
        self._hold: int | None = None  # slots until a search; None while there is no need for one
        self._searching = False

    def spares(self, question: Question) -> bool:
        """Whether a refused register is let alone in this slot; to be asked once a slot."""
        breaker = self._breakers.get(question.places[0]) if self._breakers else None
        return breaker is not None and not breaker.lets_through()

    def instead_of(self, refused: Question) -> tuple[Question, ...]:
        """What to ask at once in the place of a block that was only tried as one; nothing for others."""
        for block in self._blocks:
            if block.is_tried and block.planned is refused:
                block.go_back()
                self._gather()
                return block.now
        return ()

    def note(self, asked: int, answered: list[Question], refused: list[ModbusQuestion]) -> None:
        """How a slot ended: questions asked, those answered, those refused for their addresses."""
        if answered:
            self._answered, self._searching, self._searches, self._hold = True, False, 0, None
        if not refused and self.questions is self._planned:
            return
        for one in answered:
            self._breakers.pop(one.places[0], None)
        if len(refused) < asked:
            self._learn(answered, refused)
        elif self._is_searched():
            self._search(refused)
        self._gather()

    def _learn(self, answered: list[Question], refused: list[ModbusQuestion]) -> None:
        self._split(refused)
        for one in refused:
            if len(one.places) == 1:
                self._breakers.setdefault(one.places[0], Breaker()).note(failed=True)
        ids = {id(one) for one in answered}
        for block in self._blocks:
            block.note(ids)

    def _search(self, refused: list[ModbusQuestion]) -> None:
        """Everything was refused: go on looking for what is not, or give up for a while."""
        if self._split(refused):
            return
        for block in self._blocks:
            block.now = block.good
        self._breakers.clear()
        self._searching, self._searches = False, min(self._searches + 1, HOLDS - 1)

    def _is_searched(self) -> bool:
        """Whether to search in this slot a device that refuses everything: the first time at once."""
        if self._searching:
            return True
        if self._hold is None:
            self._hold = FIRST_HOLD << self._searches if self._answered or self._searches else 0
        if self._hold:
            self._hold -= 1
            return False
        self._hold, self._searching = None, True
        return True

    def _split(self, refused: list[ModbusQuestion]) -> bool:
        ids = {id(one) for one in refused}
        return sum(block.split(ids) for block in self._blocks) > 0  # each of them

    def _gather(self) -> None:
        now = tuple(one for block in self._blocks for one in block.now)
        self.questions = self._planned if now == self._planned else now
