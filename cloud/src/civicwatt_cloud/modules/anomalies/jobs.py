"""What the module does on its own: judge settled hours, gather cases, verify repairs, review ended months."""

from sqlalchemy import select

from civicwatt_cloud.kit import events
from civicwatt_cloud.kit.energy_events import REPAIRED
from civicwatt_cloud.kit.events import Facts
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.workflow import steps
from civicwatt_cloud.modules.anomalies import gathering, live, review, service
from civicwatt_cloud.modules.anomalies.entities import CASE, CASES
from civicwatt_cloud.modules.anomalies.models import Case

_ARROWS = {one.event: one for one in CASES.transitions}


def watch(context: Context) -> None:
    """Judge what is due; once all counters are judged, their findings become cases."""
    if live.run(context) and live.is_behind(context):
        return
    gathering.gather(context)


def look_back(context: Context) -> None:
    """Review the month that has ended, a few counters at a time."""
    review.run(context)


def verify(context: Context) -> None:
    """A repair is verified when the days after it show no departure any more."""
    fixed = select(Case).where(Case.state == "fixed", Case.removed_us.is_(None)).order_by(Case.id)
    for case in context.session.scalars(fixed).all():
        if service.compared(context, case).outcome == "effective":
            steps.apply(context, CASE, case, _ARROWS["verify"], {})


@events.on(REPAIRED)
def repaired(context: Context, facts: Facts) -> None:
    """The ticket of a case was closed."""
    what, _, number = str(facts["subject"]).partition("/")
    case = context.session.get(Case, int(number)) if what == "anomaly" and number.isdigit() else None
    if case is not None and case.state in {"open", "assigned"}:
        steps.apply(context, CASE, case, _ARROWS["fix"], {"note": str(facts["result"])})
        case.fixed_us = int(str(facts["fixed_us"]))
