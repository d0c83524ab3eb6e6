"""The demo's creations: certified, failing by a ★ item, not to be rated."""

from typing import Any

from sqlalchemy import delete, select

from civicwatt_cloud.kit.directory import Denominator, Institution
from civicwatt_cloud.kit.obligations import Obligation
from civicwatt_cloud.modules.certification import demo
from civicwatt_cloud.modules.certification.models import Certification


def test_one_is_certified_one_fails_one_cannot_be_rated(office: Any) -> None:
    session = office.session
    session.execute(delete(Denominator).where(Denominator.kind == "head_count", Denominator.subject_id == 5))
    city = session.scalars(select(Institution).order_by(Institution.id)).all()
    demo.fill(office.at("2026-11-22 10:00"), city)
    first, second, third = session.scalars(select(Certification).order_by(Certification.id)).all()
    assert (first.state, first.self_outcome, first.self_score) == ("awarded", "passed", 10_000)
    assert (second.state, second.self_outcome, second.self_score) == ("scored", "failed", 9_500)
    assert (third.state, third.owner_id) == ("planned", 5)
    told = session.scalars(select(Obligation.zh).where(Obligation.owner_id == 5, ~Obligation.is_done)).all()
    assert any("没有用能人数" in one for one in told)
