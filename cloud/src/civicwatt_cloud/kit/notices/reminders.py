"""Reminders of obligations become notices: to those who must, and overdue to the superior node."""

from civicwatt_cloud.kit import events
from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.events import Facts
from civicwatt_cloud.kit.notices.holders import holders
from civicwatt_cloud.kit.notices.models import Kind
from civicwatt_cloud.kit.notices.notify import Matter, notify, settle
from civicwatt_cloud.kit.obligations import ESCALATED, REMINDED, Stage
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.roles import Role

STAGES = {
    Stage.T30: ("30 天内到期", "due within 30 days"),
    Stage.T7: ("7 天内到期", "due within 7 days"),
    Stage.T3: ("3 个工作日内到期", "due within 3 working days"),
    Stage.T1: ("1 个工作日内到期", "due within 1 working day"),
    Stage.T: ("今日到期", "due today"),
    Stage.OVERDUE: ("已逾期", "overdue"),
    Stage.ESCALATED: ("逾期未办", "overdue and not done"),
}


@events.later(REMINDED)
def reminded(context: Context, facts: Facts) -> None:
    """A stage has come; what was said at a former one is over."""
    settle(context, str(facts["subject"]), Kind.REMINDER)
    _notify(context, Kind.REMINDER, facts)


@events.later(ESCALATED)
def escalated(context: Context, facts: Facts) -> None:
    """It stays undone: the superior node hears of it."""
    _notify(context, Kind.ESCALATED, facts)


def _notify(context: Context, kind: Kind, facts: Facts) -> None:
    owner = context.session.get_one(Institution, facts["owner_id"])
    zh, en = STAGES[Stage(str(facts["stage"]))]
    due = str(facts["due"])[:10]
    matter = Matter(
        key=f"obligation/{facts['key']}/{facts['stage']}/{facts['due']}",
        kind=kind,
        owner_id=owner.id,
        zh=f"{zh}：{facts['zh']}（{owner.name}，{due} 截止）",
        en=f"{en}: {facts['en']} ({owner.name}, by {due})",
        subject=str(facts["subject"]),
    )
    roles = [Role(one) for one in facts["roles"]]  # type: ignore[attr-defined]
    today = context.today
    notify(context, matter, holders(context.session, str(facts["node"]), roles, today))
