"""A year's holidays and make-up days, with the notice that arranges them."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel

from civicwatt_cloud.kit import calendar
from civicwatt_cloud.kit.access import Requires
from civicwatt_cloud.kit.identity import Actor
from civicwatt_cloud.kit.records.routing import PROBLEMS
from civicwatt_cloud.kit.roles import EVERYBODY

router = APIRouter(prefix="/api/v1/calendar", tags=["工作日历"], responses=PROBLEMS)


class YearOut(BaseModel):
    """A year; without a document it follows law and week, and is not confirmed."""

    document: str | None
    workdays: int
    holidays: list[date]  # on which the week would have people work
    make_up: list[date]  # Saturdays and Sundays on which people work


@router.get("/{year}", operation_id="get_calendar_year", summary="放假安排")
def calendar_year(
    _actor: Annotated[Actor, Depends(Requires(EVERYBODY))], year: Annotated[int, Path(ge=1950, le=2199)]
) -> YearOut:
    """The days of a year that are not as the week has them."""
    days = calendar.days_of(year)
    unlike = [one for one in days if one.workday != (one.date.weekday() < calendar.SATURDAY)]
    return YearOut(
        document=calendar.document(year),
        workdays=sum(one.workday for one in days),
        holidays=[one.date for one in unlike if not one.workday],
        make_up=[one.date for one in unlike if one.workday],
    )
