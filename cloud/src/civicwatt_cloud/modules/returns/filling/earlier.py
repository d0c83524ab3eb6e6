"""What other returns of an institution say: those that were filed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.modules.returns.models import EnergyReturn, ReturnCell

OPEN = ("open", "returned")  # the states in which the author works on it
_AT_ONCE = 500  # institutions in one statement; more: all of them


class Filed(NamedTuple):
    """A return that was filed, and its figures [micro]."""

    id: int
    values: Mapping[str, int]


def filed(session: Session, owners: Sequence[int], periods: Sequence[str]) -> dict[int, dict[str, Filed]]:
    """By institution and period; two statements at most."""
    if not periods:
        return {}
    query = select(EnergyReturn.id, EnergyReturn.owner_id, EnergyReturn.period).where(
        EnergyReturn.period.in_(periods), EnergyReturn.state.not_in(OPEN), EnergyReturn.removed_us.is_(None)
    )
    if len(owners) <= _AT_ONCE:
        query = query.where(EnergyReturn.owner_id.in_(owners))
    rows = {one: (owner, period) for one, owner, period in session.execute(query)}
    if not rows:
        return {}
    ids = list(rows)
    of = ReturnCell.return_id.in_(ids if len(ids) <= _AT_ONCE else query.with_only_columns(EnergyReturn.id))
    columns = select(ReturnCell.return_id, ReturnCell.code, ReturnCell.micro).where(of)
    values: dict[int, dict[str, int]] = defaultdict(dict)
    for return_id, code, micro in session.execute(columns):
        if micro is not None:
            values[return_id][code] = micro
    wanted = set(owners)
    found: dict[int, dict[str, Filed]] = defaultdict(dict)
    for one, (owner, period) in rows.items():
        if owner in wanted:
            found[owner][period] = Filed(one, values[one])
    return found
