"""授权清单: who was granted which role, where and from when until when; for the audit."""

from collections.abc import Iterator
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from civicwatt_cloud.kit.directory import Institution, Region
from civicwatt_cloud.kit.identity import FOR_EVER, Account, Grant
from civicwatt_cloud.kit.roles import Role, title
from civicwatt_cloud.kit.table_files import Cell

TITLES = ("账号", "姓名", "账号状态", "角色", "范围", "起始日期", "结束日期", "授权状态", "委托人")


def rows(session: Session, today: date) -> Iterator[list[Cell]]:
    """One row a grant, by account."""
    lent, lender = aliased(Grant), aliased(Account)
    query = (
        select(Account, Grant, Region.name, Institution.name, lender.username)
        .join(Grant, Grant.account_id == Account.id)
        .outerjoin(Region, Region.code == Grant.region_code)
        .outerjoin(Institution, Institution.id == Grant.institution_id)
        .outerjoin(lent, lent.id == Grant.delegated_id)
        .outerjoin(lender, lender.id == lent.account_id)
        .order_by(Account.username, Grant.valid_from, Grant.id)
    )
    for account, grant, region, institution, whose in session.execute(query):
        yield [
            account.username,
            account.display_name,
            "停用" if account.disabled_us else "正常",
            title(Role(grant.role), "zh"),
            institution or region or "全平台",
            "" if grant.valid_from == FOR_EVER else grant.valid_from.isoformat(),
            grant.valid_to.isoformat() if grant.valid_to else "",
            _state(grant, today),
            whose or "",
        ]


def _state(grant: Grant, today: date) -> str:
    """Whether it holds today."""
    if grant.valid_from > today:
        return "未开始"
    return "已结束" if grant.valid_to is not None and grant.valid_to <= today else "有效"
