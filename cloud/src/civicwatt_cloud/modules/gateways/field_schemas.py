"""What a gateway's daily routes, and the pages about gateways, take and give."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from civicwatt_cloud.timeseries.stores.readings import VALUE_LIMIT

MAX_ROWS = 1000  # in one request [engineering default]
Text = Annotated[str, Field(max_length=120)]
Counter = Annotated[
    Decimal,
    Field(ge=0, le=int(VALUE_LIMIT), max_digits=18, decimal_places=6, examples=["8812.4"]),
]
# Moments that the arithmetic in UTC µs and every business zone can hold.
FIRST, LAST = datetime(1970, 1, 2, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
Moment = Annotated[
    Annotated[AwareDatetime, Field(ge=FIRST, le=LAST)] | None,
    Field(description="缺省为读数跳变处，尚无跳变时为当前", examples=["2026-11-16T10:05:00+08:00"]),
]
Confirmed = Annotated[bool, Field(description="旧表止码远高于最后读数，经核对无误")]


class _Taken(BaseModel):
    model_config = ConfigDict(extra="forbid")


class MeterRow(_Taken):
    """Where one device of the gateway hangs."""

    device: Text
    name: Text
    template: Text = Field(examples=["acrel/adw300"])
    measures: list[Text] = Field([], max_length=256, description="计量；缺省取模板所列")
    institution: Text = Field("", description="单位编码；填写时，楼栋须属于该单位")
    building: Text = Field(description="楼栋编码")
    end_use: Text = Field(
        description="照明插座、空调、动力、特殊、其他、光伏、总表、用水、用水总表、天然气、人工煤气、热力",
        examples=["空调"],
    )
    in_use_from: str = Field(
        "", max_length=20, description="缺省为原启用日期，新表为当日", examples=["2026-11-16"]
    )


class MetersIn(_Taken):
    """A meter list; only the gateway's own devices."""

    rows: list[MeterRow] = Field(max_length=MAX_ROWS)
    dry_run: bool = Field(False, description="只检查，不改动")


class RowProblemOut(BaseModel):
    """Why a row was left out."""

    row: int = Field(description="从 0 起")
    field: str
    code: str
    detail: str
    detail_en: str
    remedy: str
    remedy_en: str


class MetersOut(BaseModel):
    """What became of each device, or would."""

    added: list[str]
    changed: list[str]
    unchanged: list[str]
    problems: list[RowProblemOut]
    dry_run: bool


class ReplacementIn(_Taken):
    """A replaced meter of the gateway."""

    device: Text
    measure: Text | None = Field(
        None, description="缺省为该表的用量累计量", examples=["import_active_energy"]
    )
    old_final: Counter
    new_initial: Counter
    at: Moment = None
    reason: str = Field("", max_length=200)
    confirmed: Confirmed = False


class PointReplacementIn(_Taken):
    """A replaced meter, entered by a person."""

    point_id: int = Field(ge=1, le=2**31 - 1)
    old_final: Counter
    new_initial: Counter
    at: Moment = None
    reason: str = Field("", max_length=200)
    confirmed: Confirmed = False


class ReplacementOut(BaseModel):
    """A replacement form."""

    form_number: str = Field(examples=["HB-2026-000001"])
    is_new: bool = Field(description="false：相同的换表单已存在")
    point_id: int
    device: str
    measure: str
    unit: str
    at: str
    old_final: str
    new_initial: str


class ReplacementRow(BaseModel):
    """A replacement form in the list."""

    form_number: str
    point_id: int
    gateway: str
    device: str
    name: str
    institution: str
    measure_title: str
    measure_title_en: str
    unit: str
    at: str
    old_final: str
    new_initial: str
    reason: str
    entered_by: str
    entered_at: str


class ReplacementList(BaseModel):
    """The newest forms first."""

    replacements: list[ReplacementRow]


class ReceivedOut(BaseModel):
    """What of an outbox is stored."""

    stored: int
    missing: list[tuple[int, int]] = Field(description="未入库的序号段，含首尾；最多 1000 段")
    duplicates_ignored: int = Field(description="该待发箱重复到达而未再入库的记录数")


class GatewayRow(BaseModel):
    """A gateway in the list."""

    id: str
    division: str | None
    region: str | None
    online: bool
    last_seen_at: str | None
    ack_lag_s: int | None
    certificate_expires_at: str | None
    certificate_days: int | None
    devices: int
    devices_answering: int


class GatewayList(BaseModel):
    """Gateways, by id."""

    at: str
    gateways: list[GatewayRow]
