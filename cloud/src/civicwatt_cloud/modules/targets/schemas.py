"""What the routes say: values as decimal strings, unknown ones as null with the reason."""

from decimal import Decimal
from fractions import Fraction

from pydantic import BaseModel, ConfigDict, Field

from civicwatt_cloud.modules.targets import rules
from civicwatt_cloud.modules.targets.cascade import Cascade, Check, Wanted
from civicwatt_cloud.modules.targets.choices import Indicator, Kind, OrganLevel
from civicwatt_cloud.modules.targets.energy_calendar import Month
from civicwatt_cloud.modules.targets.models import Plan, StatedTotal, TargetFigure
from civicwatt_cloud.modules.targets.quotas import Judged
from civicwatt_cloud.modules.targets.rules import Proposal, Span, Stated
from civicwatt_protocols.quantity import from_micro

PERMILLE_OF_PERCENT = 1000
HUNDRED = 100


class NodeAsked(BaseModel):
    """A node of a plan in a year, by one indicator."""

    model_config = ConfigDict(extra="forbid")

    year: int = Field(ge=2000, le=2100)
    indicator: Indicator = Indicator.ENERGY_PER_AREA
    node: str | None = Field(default=None, max_length=80)

    def wanted(self) -> Wanted:
        """As the cascade takes it."""
        return Wanted(self.year, self.node, self.indicator)


class ComparisonAsked(NodeAsked):
    """The same, and the set of coal factors of the other side."""

    coal: str = Field(default="coal", pattern=r"^[a-z0-9_]{1,40}$")


class LeagueAsked(BaseModel):
    """One page of a peer group."""

    model_config = ConfigDict(extra="forbid")

    year: int = Field(ge=2000, le=2100)
    indicator: Indicator = Indicator.ENERGY_PER_AREA
    kind: Kind = Kind.GOVERNMENT
    level: OrganLevel = OrganLevel.COUNTY
    offset: int = Field(default=0, ge=0, le=10_000_000)
    limit: int = Field(default=50, ge=1, le=200)


class Evaluated(BaseModel):
    """How many figures were computed, and how many are about to miss their path."""

    rows: int
    warned: int
    unknown_nodes: list[str]  # of targets: neither a division nor an institution of the region


class PathPoint(BaseModel):
    """A year of the path; what is not known is null."""

    year: int
    linear: str | None
    compound: str | None
    actual: str | None
    is_whole: bool


class TargetNode(BaseModel):
    """A node with where it stands; percents are those of the base value."""

    code: str
    name: str
    institution_id: int | None
    actual: str | None
    completeness: str | None
    base: str | None
    base_stated: bool
    reduction: str | None
    reduction_from: str
    target: str | None
    linear: str | None
    compound: str | None
    attained: str | None
    verdict: str
    expected: str | None
    low: str | None
    high: str | None
    warned_on: str | None
    is_certain: bool
    reason: str
    reason_en: str
    weight: str | None
    past: str | None
    proposed: str | None
    is_bounded: bool


class SumCheck(BaseModel):
    """Whether the children's targets come to the node's own."""

    together: str | None
    target: str | None
    difference: str | None
    counted: int
    left_out: int


class Above(BaseModel):
    """A node further up."""

    code: str
    name: str


class CascadeOut(BaseModel):
    """A node of a plan in a year; no node: nobody has computed that year."""

    plan: str
    unit: str
    base_year: int
    end_year: int
    year: int
    yearly_rate: str | None
    carbon_on: str
    node: TargetNode | None
    above: list[Above]
    path: list[PathPoint]
    children: list[TargetNode]
    check: SumCheck | None


class LeaguePlace(BaseModel):
    """An institution among its peers."""

    code: str
    name: str
    institution_id: int | None
    value: str | None
    completeness: str | None
    place: int | None
    tied: int | None
    order_low: int | None
    order_high: int | None
    score: str | None
    score_low: str | None
    score_high: str | None
    peers: int | None
    withheld: str
    reason: str
    reason_en: str


class League(BaseModel):
    """One page of a peer group."""

    total: int
    unit: str
    rows: list[LeaguePlace]


class KeyUser(BaseModel):
    """An institution on the list of key energy users."""

    institution_id: int
    code: str
    name: str
    tce: Decimal
    status: str
    document: str | None


class Compared(BaseModel):
    """A value, and the change [%] against the year before and the base year; null where that is not known."""

    unit: str
    value: str | None
    before: str | None
    on_year: str | None
    base: str | None
    on_base: str | None
    reason: str
    reason_en: str


class ComplianceOut(BaseModel):
    """An indicator against its quota."""

    indicator: str
    zh: str
    en: str
    unit: str
    value: str | None
    completeness: float | None
    compliance: str
    band: str
    constraint: str | None
    base: str | None
    guide: str | None
    source: str
    basis: str
    note: str
    taken_out_kwh: str
    reason: str
    reason_en: str


class CalendarDay(BaseModel):
    """A day; amounts in kWh."""

    date: str
    kind: str
    budget: str | None
    used: str | None
    carry: str | None
    is_running: bool


class CalendarOut(BaseModel):
    """A month; amounts in kWh."""

    institution: str
    month: str
    reduction: str
    reduction_from: str
    measured_days: int
    budget: str | None
    budget_so_far: str
    used_so_far: str
    balance: str
    days: list[CalendarDay]


class SeriesPoint(BaseModel):
    """A year of a stated series [万 tce]; the change [%] is that of the last year against it."""

    year: int
    total: str
    change: str | None


def text(micro: int | None) -> str | None:
    """A value of 1e-6 as a decimal string."""
    return None if micro is None else f"{from_micro(micro):f}"


def cascade_out(found: Cascade, indicator: Indicator) -> CascadeOut:
    """As the page needs it."""
    plan, own = found.plan, found.node
    rate = None
    if own.reduction is not None:
        rate = f"{100 * rules.yearly_rate(_share(own.reduction), Span(plan.base_year, plan.end_year)):.3f}"
    return CascadeOut(
        plan=plan.title,
        unit=indicator.unit,
        base_year=plan.base_year,
        end_year=plan.end_year,
        year=own.year,
        yearly_rate=rate,
        carbon_on=plan.carbon_on.isoformat(),
        node=node_out(own, None),
        above=[Above(code=code, name=name) for code, name in found.above],
        path=_path(found),
        children=[node_out(one, found.proposals.get(one.node)) for one in found.children],
        check=check_out(found.check),
    )


def nothing_made(plan: Plan, asked: NodeAsked) -> CascadeOut:
    """A year of a plan that nobody has computed."""
    return CascadeOut(
        plan=plan.title,
        unit=asked.indicator.unit,
        base_year=plan.base_year,
        end_year=plan.end_year,
        year=asked.year,
        yearly_rate=None,
        carbon_on=plan.carbon_on.isoformat(),
        node=None,
        above=[],
        path=[],
        children=[],
        check=None,
    )


def node_out(one: TargetFigure, proposal: Proposal | None) -> TargetNode:
    """A row as it is told."""
    return TargetNode(
        code=one.code,
        name=one.name,
        institution_id=one.institution_id,
        actual=text(one.actual),
        completeness=text(one.completeness),
        base=text(one.base),
        base_stated=one.base_stated,
        reduction=None if one.reduction is None else f"{Decimal(one.reduction) / PERMILLE_OF_PERCENT:.3f}",
        reduction_from=one.reduction_from,
        target=text(one.target),
        linear=text(one.linear),
        compound=text(one.compound),
        attained=text(None if one.attained is None else one.attained * HUNDRED),
        verdict=one.verdict,
        expected=text(one.expected),
        low=text(one.low),
        high=text(one.high),
        warned_on=one.warned_on.isoformat() if one.warned_on else None,
        is_certain=one.is_certain,
        reason=one.reason_zh,
        reason_en=one.reason_en,
        weight=proposal and _percent(proposal.weight),
        past=_percent(proposal.past) if proposal and proposal.past is not None else None,
        proposed=proposal and _percent(proposal.reduction),
        is_bounded=bool(proposal and proposal.is_bounded),
    )


def check_out(found: Check | None) -> SumCheck | None:
    """The check as it is told."""
    if found is None:
        return None
    return SumCheck(
        together=text(found.together),
        target=text(found.target),
        difference=text(found.difference),
        counted=found.counted,
        left_out=found.left_out,
    )


def place_out(one: TargetFigure) -> LeaguePlace:
    """A row of a league table; the value of one that is withheld stays hidden."""
    return LeaguePlace(
        code=one.code,
        name=one.name,
        institution_id=one.institution_id,
        value=text(one.actual) if one.place is not None else None,
        completeness=text(one.completeness),
        place=one.place,
        tied=one.tied,
        order_low=one.order_low,
        order_high=one.order_high,
        score=text(one.score),
        score_low=text(one.score_low),
        score_high=text(one.score_high),
        peers=one.peers,
        withheld=one.withheld,
        reason=one.reason_zh,
        reason_en=one.reason_en,
    )


def compared(one: TargetFigure | None, indicator: Indicator) -> Compared:
    """同比 and 定基比; None: nobody has computed that year."""
    if one is None:
        return Compared(
            unit=indicator.unit,
            value=None,
            before=None,
            on_year=None,
            base=None,
            on_base=None,
            reason="该年度尚未计算",
            reason_en="the year has not been computed",
        )
    return Compared(
        unit=indicator.unit,
        value=text(one.actual),
        before=text(one.before),
        on_year=_change(one.actual, one.before),
        base=text(one.base),
        on_base=_change(one.actual, one.base),
        reason=one.reason_zh,
        reason_en=one.reason_en,
    )


def compliance_out(one: Judged) -> ComplianceOut:
    """A judgement as it is told."""
    terms = one.terms
    return ComplianceOut(
        indicator=one.indicator.value,
        zh=one.indicator.zh,
        en=one.indicator.en,
        unit=one.indicator.unit,
        value=_plain(one.value, 6),
        completeness=one.completeness,
        compliance=one.compliance.value,
        band=one.band,
        constraint=_plain(terms.constraint if terms else None),
        base=_plain(terms.base if terms else None),
        guide=_plain(terms.guide if terms else None),
        source=terms.source if terms else "",
        basis=terms.basis.zh if terms else "",
        note=terms.note if terms else "",
        taken_out_kwh=_plain(one.taken_out) or "0",
        reason=one.reason.zh if one.reason else "",
        reason_en=one.reason.en if one.reason else "",
    )


def calendar_out(found: Month) -> CalendarOut:
    """A month as it is told."""
    allowed, used = found.so_far
    return CalendarOut(
        institution=found.institution.name,
        month=f"{found.first:%Y-%m}",
        reduction=f"{float(found.reduction * HUNDRED):.3f}",
        reduction_from=found.reduction_from,
        measured_days=found.measured_days,
        budget=_kwh(found.budget),
        budget_so_far=_kwh(allowed) or "0",
        used_so_far=_kwh(Fraction(used)) or "0",
        balance=_kwh(allowed - used) or "0",
        days=[
            CalendarDay(
                date=one.date.isoformat(),
                kind=one.kind.value,
                budget=_kwh(one.budget),
                used=_kwh(None if one.used is None else Fraction(one.used)),
                carry=_kwh(one.carry),
                is_running=one.is_running,
            )
            for one in found.days
        ],
    )


def series_out(row: StatedTotal) -> list[SeriesPoint]:
    """The series of a published total."""
    stated = Stated(
        row.year,
        Fraction(row.total, HUNDRED),
        Fraction(row.on_year, HUNDRED),
        row.base_year,
        Fraction(row.on_base, HUNDRED),
    )
    return [
        SeriesPoint(
            year=one.year,
            total=f"{float(one.total):.2f}",
            change=None if one.change is None else f"{float(one.change):.2f}",
        )
        for one in rules.series(stated)
    ]


def _path(found: Cascade) -> list[PathPoint]:
    """Base year to end year; the paths from the base value of the year that is looked at."""
    plan, own = found.plan, found.node
    span = Span(plan.base_year, plan.end_year)
    actual = {one.year: one for one in found.years}
    points = []
    for year in range(plan.base_year, plan.end_year + 1):
        linear = compound = None
        if own.base is not None and own.reduction is not None:
            base, share = Fraction(own.base), _share(own.reduction)
            linear, compound = (
                round(rules.linear(base, share, span, year)),
                round(rules.compound(base, share, span, year)),
            )
        known = actual.get(year)
        value = own.base if year == plan.base_year else known.actual if known else None
        points.append(
            PathPoint(
                year=year,
                linear=text(linear),
                compound=text(compound),
                actual=text(value),
                is_whole=bool(known is None or known.expected is None or known.expected == known.actual),
            )
        )
    return points


def _share(reduction: int) -> Fraction:
    return Fraction(reduction, PERMILLE_OF_PERCENT * HUNDRED)


def _percent(share: Fraction) -> str:
    return f"{float(share * HUNDRED):.3f}"


def _change(now: int | None, before: int | None) -> str | None:
    return f"{float(Fraction(now - before, before) * HUNDRED):.2f}" if now is not None and before else None


def _plain(value: Fraction | None, digits: int = 3) -> str | None:
    return None if value is None else f"{float(value):.{digits}f}"


def _kwh(micro: Fraction | None) -> str | None:
    return None if micro is None else f"{from_micro(round(micro)):.3f}"
