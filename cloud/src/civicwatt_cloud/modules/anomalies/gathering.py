"""From findings to cases: one for each cause at a meter, opened while the budget of alarms lasts."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import func, select

from civicwatt_cloud.kit.business_time import DAY_US
from civicwatt_cloud.kit.directory import Building, Institution
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.rules import Place
from civicwatt_cloud.kit.rules_local import of as rules_of
from civicwatt_cloud.kit.workflow import steps
from civicwatt_cloud.modules.anomalies import rules, service
from civicwatt_cloud.modules.anomalies.choices import LASTING, FindingKind, Reason, cause_of
from civicwatt_cloud.modules.anomalies.entities import CASE, CASES
from civicwatt_cloud.modules.anomalies.models import Case, Finding
from civicwatt_cloud.modules.anomalies.rules import Month

WORKED_ON = frozenset({"open", "assigned", "appealed"})
TITLE = 160


class _Group(NamedTuple):
    """Findings of one cause at one meter that no case holds yet."""

    key: str
    findings: list[Finding]
    returns: Case | None  # the case that they open again

    @property
    def worth(self) -> tuple[int | None, int]:
        """What they cost [分], None where nobody knows, and their energy."""
        costs = [one.cost for one in self.findings]
        known = None if None in costs else sum(one or 0 for one in costs)
        return known, sum(abs(one.energy) for one in self.findings)


def gather(context: Context) -> None:
    """Bring new findings into cases, by month and region; what the budget does not reach stays muted."""
    month = rules.month_of(context.today)
    for one in (rules.before(month), month):
        for region in context.session.scalars(
            select(Institution.region_code).distinct().order_by("region_code")
        ):
            _gather(context, one, region)
    open_ones = select(Case).where(Case.state.in_(WORKED_ON), Case.removed_us.is_(None)).order_by(Case.id)
    for case in context.session.scalars(open_ones).all():
        _sum_up(context, case)


def _gather(context: Context, month: Month, region: str) -> None:
    groups = []
    for group in _groups(context, month, region):
        if group.returns is not None and not _is_back(group):
            _join(group.returns, group.findings)
        else:
            groups.append(group)
    free = _free(context, month, region)
    for at in rules.dearest_first([one.worth for one in groups])[: max(0, free)]:
        _raise(context, groups[at])


def _groups(context: Context, month: Month, region: str) -> list[_Group]:
    found = context.session.scalars(
        select(Finding)
        .join(Institution, Institution.id == Finding.owner_id)
        .where(Institution.region_code == region, Finding.month == month.number, Finding.case_id.is_(None))
        .order_by(Finding.begin_us, Finding.id)
    )
    by_key: dict[str, list[Finding]] = {}
    for one in found:
        by_key.setdefault(f"point/{one.point_id}/{cause_of(FindingKind(one.kind))}", []).append(one)
    return [_Group(key, some, _former(context, key)) for key, some in by_key.items()]


def _former(context: Context, key: str) -> Case | None:
    """The newest case of that cause; one that was closed long ago is over."""
    case = context.session.scalar(
        select(Case).where(Case.key == key, Case.removed_us.is_(None)).order_by(Case.id.desc()).limit(1)
    )
    if case is None or case.state in WORKED_ON:
        return case
    days = int(service.rule(context, case.owner_id, "reopen_days").value)
    return case if context.now_us <= case.last_us + days * DAY_US else None


def _is_back(group: _Group) -> bool:
    """Whether findings began after a case was explained or repaired, and its explanation does not last."""
    case = group.returns
    if case is None or case.state in WORKED_ON:
        return False
    if case.reason is not None and Reason(case.reason) in LASTING:
        return False
    settled_us = case.fixed_us or case.explained_us or case.last_us
    return any(one.begin_us >= settled_us for one in group.findings)


def _free(context: Context, month: Month, region: str) -> int:
    """How many alarms the month may still raise in a region."""
    budget = rules_of(context.session).value("anomalies.budget", context.today, Place(region=region))
    of_region = select(Institution.id).where(Institution.region_code == region)
    buildings = context.session.scalar(
        select(func.count(Building.id)).where(Building.institution_id.in_(of_region))
    )
    raised = context.session.scalar(
        select(func.count(Finding.id)).where(
            Finding.owner_id.in_(of_region), Finding.month == month.number, Finding.is_alarm
        )
    )
    return rules.released(budget.value, buildings or 0, month, context.today) - (raised or 0)


def _raise(context: Context, group: _Group) -> None:
    """An alarm: a case is opened, or opened again."""
    first, case = group.findings[0], group.returns
    first.is_alarm = True
    if case is None:
        kind = FindingKind(first.kind)
        values = {
            "key": group.key,
            "title": f"{first.meter}：{cause_of(kind).zh}"[:TITLE],
            "building_id": first.building_id,
            "cause": cause_of(kind),
            "kind": kind,
            "begin_us": first.begin_us,
            "last_us": first.end_us,
            "energy": 0,
            "confidence": 0,
            "returned": 0,
        }
        case = registry.add(context, CASE, first.owner_id, values)
        _join(case, group.findings)
        _sum_up(context, case)
        steps.begin(context, CASE, case)
        return
    _join(case, group.findings)
    again = next(one for one in CASES.transitions if one.event == "reopen")
    steps.apply(context, CASE, case, again, {})


def _join(case: Case, findings: Iterable[Finding]) -> None:
    for one in findings:
        one.case_id, one.is_muted = case.id, False


def _sum_up(context: Context, case: Case) -> None:
    """What its findings come to; nobody's deed, so its revision stays."""
    found: Sequence[Finding] = context.session.scalars(
        select(Finding).where(Finding.case_id == case.id).order_by(Finding.begin_us)
    ).all()
    if not found:
        return
    costs = [one.cost for one in found]
    case.begin_us, case.last_us = found[0].begin_us, max(one.end_us for one in found)
    case.energy = sum(one.energy for one in found)
    case.cost = None if None in costs else sum(one or 0 for one in costs)
    case.kind = found[rules.dearest_first([(one.cost, one.energy) for one in found])[0]].kind
    case.confidence = rules.together([one.confidence for one in found])
    context.session.flush()
