"""The checks of a return. Pure: figures in, findings out; every finding names the cell to put right.

A check that another one makes impossible is not checked, and says which: a price needs an amount and a cost.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from civicwatt_cloud.modules.returns.choices import Outcome, Payment, PeriodKind
from civicwatt_cloud.modules.returns.forms import COST, Cell, Check, Form, FormField
from civicwatt_cloud.timeseries.carriers import Carrier
from civicwatt_protocols.quantity import MICRO

Values = Mapping[str, int]  # micro, by cell
TEN_THOUSAND = 10_000
SLACK = 3  # times around ten thousand within which a price looks like 万元 [engineering default]
COPIED = 3  # figures at least that are alike before one speaks of a copy [engineering default]


class Limit(NamedTuple):
    """A figure of a rule row."""

    value: Fraction
    ref: str


class Finding(NamedTuple):
    """What a check says of a cell."""

    check: str
    code: str
    outcome: Outcome
    zh: str = ""
    en: str = ""
    needs: str = ""  # the check or cell on which it depends, where it was not checked
    limit: str = ""  # the rule row that holds the figure


@dataclass(frozen=True)
class Facts:
    """What the checks are told; None: there is none."""

    form: Form
    kind: PeriodKind
    values: Values
    measured: Values = field(default_factory=dict)
    typed: frozenset[str] = frozenset()
    former: Values | None = None  # the same period of last year
    base: Values | None = None  # the same period of the base year
    is_base: bool = False  # this is the base year
    parts: Values | None = None  # of an annual return: the sums of its quarters, all of them filed
    payments: Mapping[Carrier, Payment] = field(default_factory=dict)
    limits: Mapping[str, Limit] = field(default_factory=dict)  # by rule
    coal: Mapping[Carrier, Fraction] = field(default_factory=dict)  # kgce for a unit, electricity at 当量值
    copied_from: str | None = None  # who has the same figures

    @property
    def cells(self) -> Mapping[str, Cell]:
        """The cells of the form."""
        return self.form.cells(self.kind)

    @property
    def amounts(self) -> Iterator[FormField]:
        """The lines of what is used."""
        return (line for line in self.form.lines(self.kind) if line.uses)


def check(facts: Facts, known: Mapping[str, Check]) -> list[Finding]:
    """All findings, check by check in the order in which they are known."""
    return [found for key in known for found in CHECKS[key](facts)]


def _required(facts: Facts) -> Iterator[Finding]:
    for code, cell in facts.cells.items():
        if cell.line.required and not cell.is_cost:
            is_there = code in facts.values and (cell.line.nature == "flow" or facts.values[code] > 0)
            said = (f"{cell.zh}未填写", f"{cell.en} is missing")
            yield _told("required", code, is_there, said)


def _pair(facts: Facts) -> Iterator[Finding]:
    for line in facts.amounts:
        amount, cost = facts.values.get(line.code), facts.values.get(line.code + COST)
        if not line.cost or (not amount and not cost):
            continue
        payment = facts.payments.get(line.uses[0].carrier)
        is_paid = payment is None or payment.is_paid
        if is_paid and amount and not cost:
            yield Finding(
                "pair", line.code + COST, Outcome.POSSIBLE, f"{line.zh}有量无费", f"{line.en} costs nothing"
            )
        elif is_paid and cost and not amount:
            yield Finding(
                "pair",
                line.code,
                Outcome.POSSIBLE,
                f"{line.zh}有费无量",
                f"{line.en}: a cost without an amount",
            )
        elif not is_paid and cost:
            zh, en = f"{line.zh}为不付费情形，却填有费用", f"{line.en} is not paid for, yet has a cost"
            yield Finding("pair", line.code + COST, Outcome.POSSIBLE, zh, en)
        else:
            yield Finding("pair", line.code, Outcome.OKAY)


def _prices(facts: Facts) -> Iterator[tuple[FormField, Fraction | None, Limit | None]]:
    """Of each line with a cost: its price, and the reference price."""
    for line in facts.amounts:
        amount, cost = facts.values.get(line.code), facts.values.get(line.code + COST)
        if line.cost and (amount or cost):
            price = Fraction(cost, amount) if amount and cost else None
            yield line, price, facts.limits.get(f"returns.price.{line.code}")


def _price(facts: Facts) -> Iterator[Finding]:
    factor = facts.limits.get("returns.price_factor")
    for line, price, wanted in _prices(facts):
        if facts.payments.get(line.uses[0].carrier) in {Payment.UNMETERED_PAID, Payment.UNMETERED_FREE}:
            yield _unchecked("price", line.code, "不计量，单价无意义", "not metered: a price means nothing")
        elif price is None:
            yield _unchecked("price", line.code, "缺量或费，单价未审核", "no amount or no cost", "pair")
        elif wanted is None or factor is None:
            yield _unchecked("price", line.code, "未配置参考单价", "no reference price is configured")
        elif _looks_like_ten_thousand(price, wanted.value):
            yield _unchecked(
                "price", line.code, "疑为元与万元混淆，先核实单位", "verify the unit first", "money_unit"
            )
        else:
            okay = wanted.value / factor.value <= price <= wanted.value * factor.value
            zh = f"{line.zh}单价 {_shown(price)} 元/{line.unit}，参考 {_shown(wanted.value)}"
            en = f"{line.en} at {_shown(price)} yuan/{line.unit}, reference {_shown(wanted.value)}"
            yield _told("price", line.code + COST, okay, (zh, en), wanted.ref)


def _money_unit(facts: Facts) -> Iterator[Finding]:
    for line, price, wanted in _prices(facts):
        if price is not None and wanted is not None:
            okay = not _looks_like_ten_thousand(price, wanted.value)
            zh = f"{line.zh}费用与参考单价相差约一万倍，疑以万元填写"
            en = f"the cost of {line.en} looks like ten thousands of yuan"
            yield _told("money_unit", line.code + COST, okay, (zh, en), wanted.ref)


def _looks_like_ten_thousand(price: Fraction, wanted: Fraction) -> bool:
    ratio = wanted / price
    return Fraction(TEN_THOUSAND, SLACK) <= max(ratio, 1 / ratio) <= TEN_THOUSAND * SLACK


def _year_on_year(facts: Facts) -> Iterator[Finding]:
    yield from _changes(facts, "year_on_year", facts.former, "去年同期", "last year")


def _fixed_base(facts: Facts) -> Iterator[Finding]:
    if not facts.is_base:
        yield from _changes(facts, "fixed_base", facts.base, "基年", "the base year")


def _changes(facts: Facts, key: str, other: Values | None, zh: str, en: str) -> Iterator[Finding]:
    limit = facts.limits.get(f"returns.{key}")
    for line in facts.amounts:
        if line.code not in facts.values:
            continue
        if other is None:
            yield _unchecked(key, line.code, f"没有{zh}的报表", f"no return of {en}")
        elif not other.get(line.code):
            if facts.values[line.code]:
                yield _unchecked(key, line.code, f"{zh}没有{line.zh}", f"no {line.en} in {en}")
        elif limit is not None:
            yield _change(key, line, (facts.values[line.code], other[line.code]), limit, (zh, en))


def _people_area(facts: Facts) -> Iterator[Finding]:
    limit = facts.limits.get("returns.people_area")
    for line in facts.form.lines(facts.kind):
        if not line.fact or line.code not in facts.values:
            continue
        if facts.former is None or not facts.former.get(line.code):
            yield _unchecked("people_area", line.code, "没有去年同期的报表", "no return of last year")
        elif limit is not None:
            said = ("去年同期", "last year")
            yield _change(
                "people_area", line, (facts.values[line.code], facts.former[line.code]), limit, said
            )


def _change(
    key: str, line: FormField, figures: tuple[int, int], limit: Limit, said: tuple[str, str]
) -> Finding:
    now, former = figures
    share = Fraction(100 * (now - former), former)
    zh = f"{line.zh}较{said[0]} {_signed(share)}%，幅度限 {_shown(limit.value)}%"
    en = f"{line.en} {_signed(share)} % against {said[1]}, limit {_shown(limit.value)} %"
    return _told(key, line.code, abs(share) <= limit.value, (zh, en), limit.ref)


def _quota_band(facts: Facts) -> Iterator[Finding]:
    if facts.kind is not PeriodKind.ANNUAL:
        return
    upper, lower = (facts.limits.get(f"returns.quota.{one}") for one in ("constraint", "guide"))
    area = facts.values.get("area")
    if not area:
        yield _unchecked("quota_band", "area", "缺建筑面积", "no floor area", "required")
    elif upper is None or lower is None:
        yield _unchecked("quota_band", "area", "未配置本地定额", "no quota is configured")
    elif missing := [line for line in facts.amounts if _coal_missing(facts, line)]:
        zh, en = f"{missing[0].zh}没有折标系数", f"no coal factor for {missing[0].en}"
        yield _unchecked("quota_band", missing[0].code, zh, en)
    else:
        used = sum(
            (
                facts.coal[line.uses[0].carrier] * facts.values.get(line.code, 0)
                for line in facts.amounts
                if line.uses[0].carrier in facts.coal
            ),
            start=Fraction(0),
        )
        each = used / area
        zh = (
            f"单位面积能耗 {_shown(each)} kgce/m²，约束值 {_shown(upper.value)}，引导值 {_shown(lower.value)}"
        )
        en = f"{_shown(each)} kgce/m², constraint {_shown(upper.value)}, guide {_shown(lower.value)}"
        yield _told("quota_band", "electricity", lower.value <= each <= upper.value, (zh, en), upper.ref)


def _coal_missing(facts: Facts, line: FormField) -> bool:
    carrier = line.uses[0].carrier
    return carrier is not Carrier.WATER and bool(facts.values.get(line.code)) and carrier not in facts.coal


def _quarters(facts: Facts) -> Iterator[Finding]:
    if facts.kind is not PeriodKind.ANNUAL:
        return
    for code, cell in facts.cells.items():
        if not cell.line.uses or code not in facts.values:
            continue
        if facts.parts is None:
            yield _unchecked("quarters", code, "四个季报尚未报齐", "not all quarters are filed")
        else:
            whole = facts.parts.get(code, 0)
            zh = f"{cell.zh}全年 {_micro(facts.values[code])}，四季之和 {_micro(whole)}"
            en = f"{cell.en}: year {_micro(facts.values[code])}, quarters {_micro(whole)}"
            yield _told("quarters", code, facts.values[code] == whole, (zh, en))


def _parts(facts: Facts) -> Iterator[Finding]:
    for line in facts.form.lines(facts.kind):
        if line.part_of and (part := facts.values.get(line.code)) is not None:
            whole = facts.values.get(line.part_of, 0)
            zh, en = f"{line.zh}大于总量", f"{line.en} is more than its whole"
            yield _told("parts", line.code, part <= whole, (zh, en))


def _copies(facts: Facts) -> Iterator[Finding]:
    filled = [line.code for line in facts.amounts if facts.values.get(line.code)]
    if len(filled) < COPIED:
        if filled:
            yield _unchecked("copies", filled[0], "数据太少，无法比对", "too few figures to compare")
        return
    for other, zh, en in ((facts.former, "去年同期", "last year's"), (facts.base, "基年", "the base year's")):
        if other is not None and all(other.get(code) == facts.values[code] for code in filled):
            yield Finding(
                "copies", filled[0], Outcome.POSSIBLE, f"与{zh}各项完全相同", f"all figures are {en}"
            )
            return
    zh = f"与{facts.copied_from}同期各项完全相同"
    en = f"all figures are those of {facts.copied_from}"
    yield _told("copies", filled[0], facts.copied_from is None, (zh, en))


def _measured(facts: Facts) -> Iterator[Finding]:
    limit = facts.limits.get("returns.measured")
    for code, cell in facts.cells.items():
        if code not in facts.typed or code not in facts.values:
            continue
        if code not in facts.measured:
            if cell.line.uses and not cell.is_cost:
                yield _unchecked("measured", code, "没有计量数据", "nothing is measured")
        elif limit is not None:
            typed, measured = facts.values[code], facts.measured[code]
            okay = abs(typed - measured) * 100 <= limit.value * measured
            zh = f"{cell.zh}填报 {_micro(typed)}，计量 {_micro(measured)}"
            en = f"{cell.en}: typed {_micro(typed)}, measured {_micro(measured)}"
            yield _told("measured", code, okay, (zh, en), limit.ref)


CHECKS: Mapping[str, Callable[[Facts], Iterator[Finding]]] = {
    "required": _required,
    "pair": _pair,
    "price": _price,
    "money_unit": _money_unit,
    "year_on_year": _year_on_year,
    "fixed_base": _fixed_base,
    "people_area": _people_area,
    "quota_band": _quota_band,
    "quarters": _quarters,
    "parts": _parts,
    "copies": _copies,
    "measured": _measured,
}


def _told(check: str, code: str, okay: bool, said: tuple[str, str], limit: str = "") -> Finding:
    if okay:
        return Finding(check, code, Outcome.OKAY, limit=limit)
    return Finding(check, code, Outcome.POSSIBLE, *said, limit=limit)


def _unchecked(check: str, code: str, zh: str, en: str, needs: str = "") -> Finding:
    return Finding(check, code, Outcome.UNCHECKED, zh, en, needs)


def _shown(value: Fraction) -> str:
    return f"{float(value):.2f}".rstrip("0").rstrip(".")


def _signed(value: Fraction) -> str:
    return f"{float(value):+.1f}"


def _micro(value: int) -> str:
    return f"{value / MICRO:,.3f}".rstrip("0").rstrip(".")
