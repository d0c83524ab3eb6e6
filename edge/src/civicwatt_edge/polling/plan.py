"""What a device is asked: its planned questions, and what its refusals have made of them."""

from civicwatt_edge.polling.breaker import Breaker
from civicwatt_edge.polling.questions import ModbusQuestion, Question

# Engineering defaults: slots between two searches in a device that refuses everything.
FIRST_WAIT, LONGEST_WAIT = 16, 1024


class Plan:
    """Learns which registers a device has.

    A block refused for its addresses is asked in halves from the next slot on, down to the register, and a
    refused register is let alone for some slots. A device that refuses every register was not ready: it is
    asked as planned again, and searched anew ever more rarely.
    """

    def __init__(self, planned: tuple[Question, ...]) -> None:
        self.questions = self._planned = planned
        self._breakers: dict[int, Breaker] = {}  # of refused registers, by place in the catalogue
        self._searches = 0  # in a row that found nothing
        self._wait = 0  # slots until the next one

    def spares(self, question: Question) -> bool:
        """Whether a refused register is let alone in this slot; to be asked once a slot."""
        breaker = self._breakers.get(question.places[0]) if self._breakers else None
        return breaker is not None and not breaker.lets_through()

    def note_answer(self, question: Question) -> None:
        """A question has been answered."""
        if self._breakers:
            self._breakers.pop(question.places[0], None)
        self._searches = self._wait = 0

    def note_refusals(self, refused: list[ModbusQuestion], *, of_all: bool) -> None:
        """What a slot's questions were refused for their addresses; `of_all`: nothing else was answered."""
        if of_all and self._wait:
            self._wait -= 1
            return
        before = self.questions
        self.questions = tuple(
            part
            for question in before
            for part in (question.halves() if question in refused else (question,))
        )
        for question in refused:
            if len(question.places) == 1:
                self._breakers.setdefault(question.places[0], Breaker()).note(failed=True)
        if of_all and self.questions == before:
            self.questions = self._planned
            self._breakers.clear()
            self._wait = min(FIRST_WAIT << self._searches, LONGEST_WAIT)
            self._searches = min(self._searches + 1, 10)
