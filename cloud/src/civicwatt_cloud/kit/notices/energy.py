"""What the energy core tells becomes a notice to the energy managers: a meter is silent, a value is held."""

from datetime import datetime

from civicwatt_cloud.kit import events
from civicwatt_cloud.kit.business_time import SECOND_US
from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.energy_events import METER_SILENT, VALUE_HELD
from civicwatt_cloud.kit.events import Facts
from civicwatt_cloud.kit.notices.holders import holders
from civicwatt_cloud.kit.notices.models import Kind
from civicwatt_cloud.kit.notices.notify import Matter, notify
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.roles import Role


@events.later(METER_SILENT)
def silent(context: Context, facts: Facts) -> None:
    """A meter, or a gateway, does not answer."""
    _notify(context, facts, ("表计失联", "no readings"))


@events.later(VALUE_HELD)
def held(context: Context, facts: Facts) -> None:
    """A counter's step waits for somebody to explain it."""
    _notify(context, facts, ("读数待确认", "a reading is held"))


def _notify(context: Context, facts: Facts, what: tuple[str, str]) -> None:
    owner = context.session.get_one(Institution, facts["owner_id"])
    zh, en = what
    since = datetime.fromtimestamp(int(str(facts["since_us"])) // SECOND_US, context.zone)
    matter = Matter(
        key=f"energy/{en}/{facts['subject']}/{facts['since_us']}",
        kind=Kind.ENERGY,
        owner_id=owner.id,
        zh=f"{zh}：{owner.name}，{facts['name']}，自 {since:%Y-%m-%d %H:%M} 起",
        en=f"{en}: {owner.name}, {facts['name']}, since {since:%Y-%m-%d %H:%M}",
        subject=f"institutions/{owner.id}",
    )
    today = context.today
    notify(context, matter, holders(context.session, owner.path, {Role.ENERGY_MANAGER}, today))
