"""What the routes of corrections take and answer."""

from pydantic import Field

from civicwatt_cloud.modules.energy.schemas import Schema


class DecisionIn(Schema):
    """Why a correction is approved or rejected."""

    reason: str = Field(min_length=1, max_length=200, examples=["已核对抄表记录"])


class CorrectionOut(Schema):
    """A correction 更正单 of a closed month of one counter."""

    number: str = Field(examples=["GZ-2026-000001"])
    point_id: int
    meter: str
    institution_id: int
    institution: str
    month: str = Field(examples=["2026-10"])
    unit: str
    state: str
    state_zh: str
    reported: str
    recomputed: str
    settled: str | None
    causes: list[str]
    proposed_at: str
    own: bool = Field(description="由本人录入的数据引起，须由他人审批")
    decided_by: str | None
    reason: str | None


class CorrectionList(Schema):
    """Those that wait first, then the newest."""

    corrections: list[CorrectionOut]
