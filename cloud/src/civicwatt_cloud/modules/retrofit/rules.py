"""Points of a project, years and terms of its contract. Pure."""

from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from civicwatt_cloud.analysis.savings.contracts import Guaranteed, Lease, Shared, Trusteeship
from civicwatt_cloud.analysis.savings.contracts import Terms as Settled
from civicwatt_cloud.analysis.savings.errors import BadTerms
from civicwatt_cloud.modules.retrofit.choices import Terms
from civicwatt_cloud.modules.retrofit.errors import NotContracted
from civicwatt_cloud.modules.retrofit.models import Project

ID_DIGITS = 10  # of a point's number, at most
FEN, HUNDREDTH, PRICE = 2, 2, 4  # digits of money, energy and shares, prices
YEARS = 30  # of a contract, at most [engineering default]
NEEDED = {
    Terms.OWN: ("price",),
    Terms.SHARED: ("price", "shares"),
    Terms.GUARANTEED: ("price", "fee", "guarantee"),
    Terms.TRUSTEESHIP: ("fee", "baseline_cost"),
    Terms.LEASE: ("price", "rents"),
}
TITLES = {
    "price": ("合同能源单价", "price of energy"),
    "shares": ("各年分享比例", "shares by year"),
    "fee": ("年服务费或托管费", "fee a year"),
    "guarantee": ("保证节能量", "guaranteed saving"),
    "baseline_cost": ("约定基准能源费用", "agreed energy cost"),
    "rents": ("各年租金", "rents by year"),
}


def point_ids(said: str | None) -> list[int]:
    """The numbers in a list of points. Errors: ValueError."""
    parts = [one.strip() for one in said.replace("，", ",").split(",")] if said else []
    if any(not (one.isascii() and one.isdigit() and len(one) < ID_DIGITS) for one in parts):
        raise ValueError(said)
    return sorted({int(one) for one in parts})


def year_of(reporting_on: date, number: int) -> tuple[date, date]:
    """Days [first, end) of a year of the contract, the first being 1."""
    return _years_after(reporting_on, number - 1), _years_after(reporting_on, number)


def terms_of(project: Project) -> Settled:
    """What the contract says. Errors: NotContracted, BadTerms."""
    kind = Terms(project.terms)
    for name in NEEDED[kind]:
        if getattr(project, name) is None:
            zh, en = TITLES[name]
            raise NotContracted(what_zh=zh, what=en)
    match kind:
        case Terms.OWN:
            return Shared((Decimal(0),) * YEARS)
        case Terms.SHARED:
            return Shared(tuple(one / 100 for one in _listed(project.shares)))
        case Terms.GUARANTEED:
            full = 100 * 10**HUNDREDTH
            compensation = full if project.compensation is None else project.compensation
            return Guaranteed(
                amount(project.fee, FEN),
                amount(project.guarantee, HUNDREDTH),
                amount(compensation, HUNDREDTH) / 100,
                amount(project.bonus, HUNDREDTH) / 100,
            )
        case Terms.TRUSTEESHIP:
            return Trusteeship(amount(project.fee, FEN), amount(project.baseline_cost, FEN))
        case Terms.LEASE:
            return Lease(tuple(_listed(project.rents)), amount(project.guarantee, HUNDREDTH))


def amount(kept: int | None, digits: int) -> Decimal:
    """A kept whole number as a decimal; nothing is zero."""
    return Decimal(kept or 0).scaleb(-digits)


def kept(value: float | Decimal, digits: int = HUNDREDTH) -> int:
    """The whole number that is kept of a value."""
    return round(Decimal(value).scaleb(digits))


def _listed(said: str | None) -> list[Decimal]:
    parts = (said or "").replace("，", ",").replace("%", "").split(",")
    try:
        found = [Decimal(one.strip()) for one in parts]
    except InvalidOperation as error:
        raise BadTerms(detail=f"'{said}' is no list of numbers", detail_zh=f"“{said}”不是数字列表") from error
    if not all(one.is_finite() for one in found):
        raise BadTerms(detail=f"'{said}' is no list of numbers", detail_zh=f"“{said}”不是数字列表")
    return found


def _years_after(day: date, years: int) -> date:
    """The same day some years later; 29 February becomes 1 March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28) + timedelta(days=1)
