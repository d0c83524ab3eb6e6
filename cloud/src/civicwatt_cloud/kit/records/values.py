"""Values of fields between the database, the wire and a workbook's cell."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from civicwatt_cloud.kit.business_time import SECOND_US, iso
from civicwatt_cloud.kit.records.errors import BadField
from civicwatt_cloud.kit.records.fields import Field, Kind

YES = {"是", "true", "1", "yes", "y", "√"}
NO = {"否", "false", "0", "no", "n", ""}
BIGGEST = 2**63 - 1
BIGGEST_ID = 2**31 - 1
FIRST_DAY, LAST_DAY = date(1800, 1, 1), date(2999, 12, 31)  # others are slips, and no calendar reaches them
_WRITTEN = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]*(\d{1,2})(:.*))?")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")


def parse(field: Field, said: object, zone: ZoneInfo) -> object:
    """What the database keeps of what a form or a cell says; None for an empty one. Errors: BadField."""
    spoken = "" if said is None else str(said).strip()
    if not spoken and field.kind is not Kind.CHECK:
        return None
    try:
        return _parse(field, spoken, zone)
    except (ValueError, ArithmeticError) as error:
        raise BadField(field=field, said=spoken[:80].encode(errors="replace").decode()) from error


def _parse(field: Field, said: str, zone: ZoneInfo) -> object:
    match field.kind:
        case Kind.NUMBER:
            return _number(field, _narrow(said))
        case Kind.MOMENT:
            return _moment(said, zone)
        case Kind.CHOICE:
            return _choice(field, said)
        case Kind.TEXT | Kind.NOTE:
            return _text(field, said)
    return _PLAIN[field.kind](said)


def show(field: Field, value: object, zone: ZoneInfo) -> object:
    """What the wire says of a kept value: decimals as strings, instants in ISO 8601."""
    if value is None:
        return None
    match field.kind:
        case Kind.NUMBER if field.digits:
            return decimal(int(str(value)), field.digits)
        case Kind.DATE:
            return str(value)
        case Kind.MOMENT:
            return iso(int(str(value)), zone)
        case _:
            return value


def decimal(value: int, digits: int) -> str:
    """A whole number of 10^-digits as text: 1234 with two digits is 12.34."""
    return str(Decimal(value).scaleb(-digits))


def _text(field: Field, said: str) -> str:
    if len(said) > field.length or "\0" in said:
        raise ValueError
    said.encode()  # half a surrogate pair is no text: JSON can say one, no database keeps it
    return said


def _narrow(said: str) -> str:
    """Without the full width in which Chinese input writes digits and marks."""
    return unicodedata.normalize("NFKC", said)


def _iso(said: str) -> str:
    """As ISO 8601 has it, what spreadsheets and people write: 2026/1/5 8:15, 2026年1月5日."""
    said = _narrow(said)
    found = _WRITTEN.fullmatch(said)
    if found is None:
        return said
    year, month, day, hour, rest = found.groups()
    return f"{year}-{month:0>2}-{day:0>2}" + (f"T{hour:0>2}{rest}" if hour else "")


def _number(field: Field, said: str) -> int:
    if "," in said and not _THOUSANDS.fullmatch(said):
        raise ValueError  # 1,5 is not 15
    scaled = Decimal(said.replace(",", "")).scaleb(field.digits)
    if not scaled.is_finite() or abs(scaled) > BIGGEST or scaled != (whole := int(scaled)):
        raise ValueError
    if field.least is not None and whole < field.least:
        raise ValueError
    return whole


def _moment(said: str, zone: ZoneInfo) -> int:
    """An instant without an offset is one of the business zone."""
    at = datetime.fromisoformat(_iso(said))
    at = at if at.tzinfo else at.replace(tzinfo=zone)
    _known(at.date())
    return round(at.timestamp() * SECOND_US)


def _check(said: str) -> bool:
    folded = said.casefold()
    if folded not in YES | NO:
        raise ValueError
    return folded in YES


def _date(said: str) -> date:
    return _known(date.fromisoformat(_iso(said)))


def _known(day: date) -> date:
    """Errors: ValueError, for a day so far away that nothing can be reckoned from it."""
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError
    return day


def _choice(field: Field, said: str) -> str:
    """By value, or by the title a person types into a cell."""
    for one in field.choices or ():
        if said in {one.value, one.zh, one.en}:
            return one.value
    raise ValueError


def _reference(said: str) -> int:
    if not 0 < (number := int(said)) <= BIGGEST_ID:
        raise ValueError
    return number


_PLAIN: dict[Kind, Callable[[str], object]] = {
    Kind.DATE: _date,
    Kind.CHECK: _check,
    Kind.REFERENCE: _reference,
}
