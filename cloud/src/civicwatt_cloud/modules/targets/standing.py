"""Who is a key energy user, and what may be compared."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import select

from civicwatt_cloud.kit import rules_local
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.rules import Place
from civicwatt_cloud.kit.scope import Scope
from civicwatt_cloud.modules.targets.choices import About, Indicator
from civicwatt_cloud.modules.targets.errors import OtherBasis
from civicwatt_cloud.modules.targets.measured import AMOUNT_OF
from civicwatt_cloud.modules.targets.models import Designation, Plan, TargetFigure
from civicwatt_cloud.modules.targets.quotas import exemption
from civicwatt_cloud.timeseries.figures.factors import COAL, basis_of
from civicwatt_cloud.timeseries.figures.usage import View
from civicwatt_protocols.quantity import MICRO, from_micro

KEY, DESIGNATED, MAY_BE, EXEMPT = "key", "designated", "may_be_designated", "exempt"
KGCE_OF_TCE = 1000


class Listed(NamedTuple):
    """An institution on the list."""

    institution_id: int
    code: str
    name: str
    tce: Decimal
    status: str
    document: str | None


def key_users(context: Context, scope: Scope, plan: Plan, year: int) -> list[Listed]:
    """From the evaluated year, the largest first; amounts of institutions with all below them."""
    on, place = date(year, 12, 31), Place(region=plan.region)
    rows = rules_local.of(context.session)
    limit, lower = (rows.value(f"targets.{name}", on, place) for name in ("key_user", "key_user_designated"))
    designated = {
        one.owner_id: one.document
        for one in context.session.scalars(
            select(Designation).where(Designation.year == year, Designation.removed_us.is_(None))
        )
    }
    least = int(lower.value) * KGCE_OF_TCE * MICRO
    assert AMOUNT_OF[Indicator.ENERGY_PER_AREA] == "energy"  # noqa: S101 - whose amount is read here
    query = select(TargetFigure).where(
        TargetFigure.plan_id == plan.id,
        TargetFigure.year == year,
        TargetFigure.indicator == Indicator.ENERGY_PER_AREA.value,
        TargetFigure.amount >= least,
        TargetFigure.institution_id.in_(scope.institution_ids()),
    )
    found = []
    for one in context.session.scalars(query.order_by(TargetFigure.amount.desc(), TargetFigure.code)):
        tce = from_micro(one.amount or 0) / KGCE_OF_TCE
        owner = one.institution_id or 0
        status = KEY if limit.holds(tce) else DESIGNATED if owner in designated else MAY_BE
        if exemption(context.session, owner, About.LISTING, on) is not None:
            status = EXEMPT
        found.append(Listed(owner, one.code, one.name, tce, status, designated.get(owner)))
    return found


def one_basis(view: View, plan: Plan, year: int, coal: str) -> None:
    """Figures of the platform and another set's are compared on one basis only. Errors: OtherBasis."""
    on, place = date(year, 12, 31), Place(region=plan.region)
    own = basis_of(view.rules, COAL, on, place)
    other = next((one.basis for one in view.rules.rows(f"{coal}.electricity") if one.basis), None)
    if own != other:
        raise OtherBasis(one=own, other=other or "未知")
