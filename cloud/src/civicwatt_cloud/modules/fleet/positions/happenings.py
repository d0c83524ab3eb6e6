"""Events of vehicles, written down and told: fences passed, sealed vehicles driven, terminals cut off."""

from dataclasses import asdict, dataclass

from sqlalchemy import select

from civicwatt_cloud.kit import calendar, events
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.modules.fleet.models import UnsealPermit
from civicwatt_cloud.modules.fleet.positions import fences, seals
from civicwatt_cloud.modules.fleet.positions.fences import Passed
from civicwatt_cloud.modules.fleet.positions.figures import Figures
from civicwatt_cloud.modules.fleet.positions.guarded import Guarded, Known
from civicwatt_cloud.modules.fleet.positions.models import VehicleEvent, VehicleEventKind
from civicwatt_cloud.modules.fleet.positions.seals import Span


@dataclass(frozen=True, slots=True)
class Happening:
    """What happened."""

    kind: VehicleEventKind
    at_us: int
    is_violation: bool = False
    fence_id: int | None = None
    distance_m: int | None = None
    severity: str | None = None


def write(context: Context, vehicle: Known, what: Happening) -> None:
    """Write it down once, and tell it as `fleet.<kind>`; the facts name the row by `event_id`."""
    same = select(VehicleEvent).where(
        VehicleEvent.vehicle_id == vehicle.id,
        VehicleEvent.at_us == what.at_us,
        VehicleEvent.kind == what.kind,
        VehicleEvent.fence_id.is_not_distinct_from(what.fence_id),
    )
    there = context.session.scalar(same)
    if there is not None:
        if (there.distance_m, there.severity) != (what.distance_m, what.severity):
            there.distance_m, there.severity = what.distance_m, what.severity
            there.rev += 1
        return
    whose = {"owner_id": vehicle.owner_id, "vehicle_id": vehicle.id, "sensitivity": vehicle.sensitivity}
    row = VehicleEvent(**whose, rev=1, **asdict(what))
    context.session.add(row)
    context.session.flush()
    facts = {"event_id": row.id, "vehicle_id": vehicle.id, "owner_id": vehicle.owner_id, **asdict(what)}
    events.tell(context, f"fleet.{what.kind}", facts, row)


def passed(context: Context, guarded: Guarded, passing: Passed, figures: Figures) -> Happening:
    """A fence was passed; against its rule, or not."""
    sealed = is_sealed(context, passing.at_us, figures)
    forbidden = fences.breaks(guarded.rule, passing.passing) and fences.holds(
        guarded.calendar, is_sealed=sealed
    )
    return Happening(VehicleEventKind(passing.passing), passing.at_us, forbidden, guarded.id)


def sealed_use(
    context: Context, vehicle: Known, trip: Span, distance_m: float, figures: Figures
) -> Happening | None:
    """A trip while vehicles are sealed that no permit covers; one for each trip, at its beginning."""
    spans = sealed_spans(context, trip, figures)
    if not spans:
        return None
    permits = select(UnsealPermit.from_us, UnsealPermit.to_us).where(
        UnsealPermit.vehicle_id == vehicle.id,
        UnsealPermit.removed_us.is_(None),
        UnsealPermit.from_us < trip.to_us,
        UnsealPermit.to_us > trip.from_us,
    )
    if not seals.uncovered(spans, [Span(*row) for row in context.session.execute(permits)]):
        return None
    severity = seals.severity(distance_m, figures)
    kind = VehicleEventKind.SEALED_USE
    return Happening(kind, trip.from_us, True, None, round(distance_m), severity)


def is_sealed(context: Context, at_us: int, figures: Figures) -> bool:
    """Whether vehicles are sealed at a moment."""
    return bool(sealed_spans(context, Span(at_us, at_us + 1), figures))


def sealed_spans(context: Context, span: Span, figures: Figures) -> list[Span]:
    """When within the span vehicles are sealed."""
    return seals.sealed(span, context.zone, lambda day: calendar.day(day).workday, figures.seal_hours)
