"""What the routes of the module say and are told."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from civicwatt_cloud.kit.problems import Problem
from civicwatt_cloud.kit.records.schemas import Numbered
from civicwatt_cloud.modules.returns.choices import Outcome, PeriodKind, Reason, Source, Timeliness

STRICT = ConfigDict(extra="forbid")
MOST_CELLS = 200
Id = Annotated[int, Field(ge=1, le=2**31 - 1)]
Text = Annotated[str, Field(pattern=r"^[^\x00]*$")]
Code = Annotated[str, Field(min_length=1, max_length=40, pattern="^[a-z0-9_]+$", examples=["electricity"])]
Said = Annotated[str, Field(max_length=40, pattern=r"^[^\x00]*$", examples=["12500"])]
PeriodText = Annotated[
    str,
    Field(
        pattern=r"^(19|20)\d\d(Q[1-4]|-(0[1-9]|1[0-2]))?$",
        examples=["2026"],
        description="2026、2026Q3、2026-09",
    ),
]


class CellMeasuredOut(BaseModel):
    """What is measured, beside what is typed."""

    value: str
    source: Source
    computed: str
    completeness: float | None
    estimated: bool
    points: list[int]
    bills: list[int]
    returns: list[int]
    difference_percent: float | None  # typed against measured


class ReturnFindingOut(BaseModel):
    """What a check says of a cell."""

    check: str
    title: str
    title_en: str
    code: str
    outcome: Outcome
    zh: str
    en: str
    needs: str
    limit: str
    blocks: bool
    asks: bool


class ReturnCommentOut(BaseModel):
    """What somebody said of a cell."""

    code: str
    text: str
    who: str
    at: str


class ReturnCellOut(BaseModel):
    """A cell."""

    code: str
    zh: str
    en: str
    unit: str
    digits: int
    value: str | None
    source: Source | None
    who: str | None
    at: str | None
    measured: CellMeasuredOut | None
    reason: Reason | None
    said: str | None
    outcome: Outcome | None  # the worst of its checks


class ReturnLineOut(BaseModel):
    """A line of a form: an amount, and what it cost."""

    code: str
    zh: str
    en: str
    required: bool
    is_part: bool
    amount: ReturnCellOut
    cost: ReturnCellOut | None


class ReturnTableOut(BaseModel):
    """A table of a form."""

    key: str
    zh: str
    en: str
    status: str
    lines: list[ReturnLineOut]


class ReturnSheetOut(BaseModel):
    """A return with all that is known of it."""

    id: int
    rev: int
    owner_id: int
    owner: str
    title: str
    kind: PeriodKind
    period: str
    form: str
    form_zh: str
    form_en: str
    form_status: str
    state: str
    state_zh: str
    state_en: str
    due: str
    filed: str | None
    timeliness: Timeliness
    on_behalf: str | None
    can_write: bool
    is_own: bool
    tables: list[ReturnTableOut]
    findings: list[ReturnFindingOut]
    comments: list[ReturnCommentOut]
    reports: int


class CellWhyIn(BaseModel):
    """Why a figure is as it is."""

    model_config = STRICT
    reason: Reason | None = None
    said: Text = Field("", max_length=400)


class ReturnCellsIn(Numbered):
    """What a person types; null takes back what was typed."""

    cells: dict[Code, Said | None] = Field(default_factory=dict, max_length=MOST_CELLS)
    reasons: dict[Code, CellWhyIn] = Field(default_factory=dict, max_length=MOST_CELLS)


class FilingIn(BaseModel):
    """A whole return; the key in the path makes it one filing however often it is sent."""

    model_config = STRICT
    owner_id: Id
    period: PeriodText
    cells: dict[Code, Said | None] = Field(default_factory=dict, max_length=MOST_CELLS)
    reasons: dict[Code, CellWhyIn] = Field(default_factory=dict, max_length=MOST_CELLS)
    on_behalf: Text | None = Field(None, max_length=200)


class FiledOut(BaseModel):
    """A return that was filed."""

    id: int
    rev: int
    state: str
    filed: str
    timeliness: Timeliness


class RevOut(BaseModel):
    """The revision after a change."""

    id: int
    rev: int


class ReturnCommentIn(BaseModel):
    """A word about a cell."""

    model_config = STRICT
    code: Code
    text: Text = Field(min_length=1, max_length=1000)


class ReturnPeriodIn(BaseModel):
    """A period to open, for everybody in scope or for an institution and those below it."""

    model_config = STRICT
    period: PeriodText
    owner_id: Id | None = None


class OpenedOut(BaseModel):
    """How many returns were opened."""

    opened: int


class ReturnSummaryRow(BaseModel):
    """A region, a superior department or a class of institutions."""

    key: str
    name: str
    returns: int
    filed: int
    late: int
    values: dict[str, str]


class ReturnSummaryOut(BaseModel):
    """Sums of what was reported."""

    period: str
    by: str
    titles: dict[str, str]
    titles_en: dict[str, str]
    units: dict[str, str]
    rows: list[ReturnSummaryRow]


class ComparedOut(BaseModel):
    """Bill, ledger and meter of a month, beside each other."""

    month: str
    code: str
    zh: str
    en: str
    unit: str
    bill: str | None
    ledger: str | None
    meter: str | None
    documents: list[str]
    difference_percent: float | None
    outcome: Outcome
    reason: Reason | None
    said: str | None
    who: str | None


class WhyDifferentIn(BaseModel):
    """Why bill, ledger and meter of a month differ."""

    model_config = STRICT
    owner_id: Id
    month: Annotated[str, Field(pattern=r"^(19|20)\d\d-(0[1-9]|1[0-2])$", examples=["2026-10"])]
    code: Code
    reason: Reason
    said: Text = Field("", max_length=400)


class BillsOut(BaseModel):
    """What a supplier's file brought."""

    rows: int
    kept: int
    added: int
    changed: int
    problems: list[Problem]
