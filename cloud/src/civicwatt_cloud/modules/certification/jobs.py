"""What the module does on its own: tell a year ahead that a unit cannot be rated, and what repairs it."""

from datetime import date, timedelta

from sqlalchemy import select

from civicwatt_cloud.kit.business_time import SECOND_US, day_start_us
from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.obligations import fulfil, oblige
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.modules.certification import measuring
from civicwatt_cloud.modules.certification.measuring import FIGURES, Year
from civicwatt_cloud.modules.certification.models import Certification
from civicwatt_cloud.timeseries.figures.reasons import Reason

WAITING = ("declared", "planned", "awarded", "rectifying")
DOERS = frozenset({Role.REPORTER, Role.LIAISON, Role.ENERGY_MANAGER})


def unratable(context: Context) -> None:
    """Each figure that cannot be computed for the coming judgement is an obligation with its reason."""
    seen: dict[tuple[str, int], Year] = {}
    query = select(Certification).order_by(Certification.id)
    for row in context.session.scalars(query).all():
        owner = context.session.get_one(Institution, row.owner_id)
        is_waiting = row.removed_us is None and row.state in WAITING
        due_on = due(row)
        number = min(context.today.year, due_on.year)
        if is_waiting and (owner.kind, number) not in seen:
            seen[owner.kind, number] = measuring.year(context, owner, number)
        for figure, (zh, en, _) in FIGURES.items():
            key = f"certification/certifications/{row.id}/{figure}"
            found = seen[owner.kind, number].of[owner.id][figure].value if is_waiting else None
            if not isinstance(found, Reason):
                fulfil(context.session, key)
                continue
            oblige(
                context.session,
                key=key,
                owner_id=row.owner_id,
                roles=DOERS,
                zh=f"无法评价{zh}：{found.zh}；请在 {due_on} 前补齐"[:200],
                en=f"{en} cannot be rated: {found.en}; to be repaired by {due_on}"[:200],
                due_us=day_start_us(due_on + timedelta(days=1), context.zone) - SECOND_US,
                subject=f"certification/certifications/{row.id}",
            )


def due(row: Certification) -> date:
    """By when the figures must be there: the next re-check, else the end of the year that is judged."""
    return row.recheck_on or date(row.year, 12, 31)
