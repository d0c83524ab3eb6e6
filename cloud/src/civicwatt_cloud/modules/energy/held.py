"""Counter steps that are not booked until somebody explains them, as a figure's lineage tells them."""

from collections.abc import Sequence

from sqlalchemy import select

from civicwatt_cloud.kit.business_time import iso
from civicwatt_cloud.modules.energy.schemas import Missing
from civicwatt_cloud.modules.energy.view import View
from civicwatt_cloud.timeseries.figures.metering import Meter
from civicwatt_cloud.timeseries.figures.periods import Period
from civicwatt_cloud.timeseries.ledger.models import HeldStep
from civicwatt_protocols.quantity import format_micro

AT_MOST = 20  # told of one figure, the newest [engineering default]


def held_steps(view: View, period: Period, meters: Sequence[Meter]) -> list[Missing]:
    """Falls, jumps and forms that the readings contradict, in the period; glitches explain themselves."""
    names = {meter.point_id: meter.name for meter in meters}
    rows = view.session.scalars(
        select(HeldStep)
        .where(
            HeldStep.point_id.in_(names),
            HeldStep.kind.in_(("fall", "jump", "form")),
            HeldStep.ts_us >= period.start_us,
            HeldStep.ts_us < period.end_us,
        )
        .order_by(HeldStep.ts_us.desc())
        .limit(AT_MOST)
    )
    return [_told(view, names[row.point_id], row) for row in rows]


def _told(view: View, name: str, step: HeldStep) -> Missing:
    at = iso(step.ts_us, view.zone)[:16].replace("T", " ")
    before, after = format_micro(step.before_micro), format_micro(step.after_micro)
    if step.kind == "form":
        zh = f"{at} 的换表单（止码 {before}，起码 {after}）与读数不符，前后用量未入账"
        en = f"the form for {at} (final {before}, initial {after}) contradicts the readings and is not booked"
    elif step.kind == "jump":
        zh = f"{at} 表码由 {before} 跳到 {after}，超出该表自身用量，未入账；请登记换表单，或确认为真实用量"
        en = (
            f"the counter rose at {at} from {before} to {after}, beyond the meter's own use: not booked; "
            "enter a replacement form, or confirm it"
        )
    else:
        zh = f"{at} 表码由 {before} 降到 {after}，此步未入账；如已换表，请登记换表单"
        en = f"the counter fell at {at} from {before} to {after}: not booked; if replaced, enter its form"
    return Missing(what=name, what_en=name, reason=zh, reason_en=en)
