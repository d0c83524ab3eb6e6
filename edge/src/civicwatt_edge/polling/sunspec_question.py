"""A SunSpec device: it tells itself where its models stand, so it is asked for them before the first poll."""

from collections.abc import Generator
from typing import TypeVar

from civicwatt_edge.bus.connect import ModbusBus
from civicwatt_protocols.errors import DeviceRefused, FrameError
from civicwatt_protocols.sunspec.models import definitions
from civicwatt_protocols.sunspec.walk import Model, Read, discover, poll

Result = TypeVar("Result")
HOLDING_REGISTERS = 3


class SunSpecQuestion:
    """All models that tell something wanted.

    Looked for anew when another one stands in a place, or when none of them has a value any more.
    """

    def __init__(self, places: tuple[int, ...], unit: int, wanted: tuple[str, ...]) -> None:
        self.places, self.unit, self._wanted = places, unit, wanted
        self._models: tuple[Model, ...] = ()

    async def ask(self, bus: ModbusBus) -> list[tuple[str, float | None]]:
        """Read the models; raises what the bus raises, FrameError for a device without any that is known."""
        models, found = self._models, None
        if models:
            found = await self._walk(bus, poll(models))
        if found is None:  # not known yet, or moved: what was read may be anything
            self._models = ()
            models = await self._discover(bus)
            found = await self._walk(bus, poll(models))
        if found is None:
            raise FrameError(
                f"unit {self.unit}",
                detail="the SunSpec models change while they are read",
                detail_zh="SunSpec 模型在读取过程中变化",
            )
        told = dict(found)
        known = any(told.get(measure) is not None for measure in self._wanted)
        self._models = models if known else ()
        return [(measure, told.get(measure)) for measure in self._wanted]

    async def _discover(self, bus: ModbusBus) -> tuple[Model, ...]:
        found = await self._walk(bus, discover()) or ()
        models = tuple(model for model in found if self._tells(model))
        if not models:
            ids = [model.id for model in found]
            raise FrameError(
                f"unit {self.unit}", detail=f"SunSpec models: {ids}", detail_zh=f"SunSpec 模型：{ids}"
            )
        return models

    def _tells(self, model: Model) -> bool:
        definition = definitions().get(model.id)
        return definition is not None and any(one.measure in self._wanted for one in definition.points)

    async def _walk(self, bus: ModbusBus, walk: Generator[Read, bytes | None, Result]) -> Result:
        """Answer a walk's reads; a refused one is answered with None."""
        answer: bytes | None = None
        try:
            read = next(walk)
            while True:
                try:
                    answer = await bus.read(self.unit, HOLDING_REGISTERS, read.address, read.count)
                except DeviceRefused:
                    answer = None
                read = walk.send(answer)
        except StopIteration as end:
            result: Result = end.value
            return result
