"""Repairs, equipment, hazards and gates; what the energy core told."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "energy_told",
        sa.Column("subject", sa.String(120), primary_key=True),
        sa.Column("since_us", sa.BigInteger(), nullable=False),
    )
    _work()
    _equipment()
    _tickets()
    _gates()
    _guard()


def _record(name: str, *more: Any) -> None:
    """A table of records: whose each is, how sensitive, and its revision."""
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("owner_id", sa.Integer(), sa.ForeignKey("institution.id"), nullable=False, index=True),
        sa.Column("sensitivity", sa.String(16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        *more,
    )


def _work() -> None:
    _record(
        "service_point",
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("building_id", sa.Integer(), sa.ForeignKey("building.id"), nullable=True, index=True),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.UniqueConstraint("code"),
    )
    _record(
        "crew",
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("company", sa.String(120), nullable=True),
        sa.Column("phone", sa.String(40), nullable=True),
        sa.UniqueConstraint("owner_id", "name"),
    )
    _record(
        "worker",
        sa.Column("number", sa.String(40), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("crew_id", sa.Integer(), sa.ForeignKey("crew.id"), nullable=False, index=True),
        sa.Column("trade", sa.String(60), nullable=True),
        sa.Column("phone", sa.String(40), nullable=True),
        sa.UniqueConstraint("number"),
    )
    _record(
        "shift",
        sa.Column("crew_id", sa.Integer(), sa.ForeignKey("crew.id"), nullable=False, index=True),
        sa.Column("began_us", sa.BigInteger(), nullable=False),
        sa.Column("ended_us", sa.BigInteger(), nullable=False),
        sa.Column("lead_id", sa.Integer(), sa.ForeignKey("worker.id"), nullable=True, index=True),
    )


def _equipment() -> None:
    _record(
        "equipment",
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("place_id", sa.Integer(), sa.ForeignKey("service_point.id"), nullable=True, index=True),
        sa.Column("maker", sa.String(120), nullable=True),
        sa.Column("model", sa.String(60), nullable=True),
        sa.Column("installed_on", sa.Date(), nullable=True),
        sa.Column("certificate", sa.String(60), nullable=True),
        sa.Column("certificate_until", sa.Date(), nullable=True),
        sa.Column("maintainer", sa.String(120), nullable=True),
        sa.Column("contract_until", sa.Date(), nullable=True),
        sa.Column("points", sa.String(200), nullable=True),
        sa.UniqueConstraint("code"),
    )
    op.create_table(
        "equipment_outage",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("equipment_id", sa.Integer(), sa.ForeignKey("equipment.id"), nullable=False, index=True),
        sa.Column("from_us", sa.BigInteger(), nullable=False),
        sa.Column("to_us", sa.BigInteger(), nullable=True),
    )
    _record(
        "upkeep_plan",
        sa.Column("equipment_id", sa.Integer(), sa.ForeignKey("equipment.id"), nullable=False, index=True),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("category", sa.String(32), nullable=False),
        sa.Column("every_days", sa.BigInteger(), nullable=True),
        sa.Column("every_hours", sa.BigInteger(), nullable=True),
        sa.Column("every_kwh", sa.BigInteger(), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=False),
    )
    _record(
        "part",
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("unit", sa.String(20), nullable=False),
        sa.Column("least_stock", sa.BigInteger(), nullable=True),
        sa.Column("stock", sa.BigInteger(), nullable=False),
        sa.UniqueConstraint("code"),
    )
    _record(
        "hazard",
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("level", sa.String(32), nullable=False),
        sa.Column("place_id", sa.Integer(), sa.ForeignKey("service_point.id"), nullable=True, index=True),
        sa.Column("equipment_id", sa.Integer(), sa.ForeignKey("equipment.id"), nullable=True, index=True),
        sa.Column("found_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("responsible", sa.String(60), nullable=True),
        sa.Column("measure", sa.String(4000), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("is_of_certificate", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
    )
    _record(
        "emergency_drill",
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("participants", sa.BigInteger(), nullable=True),
        sa.Column("findings", sa.String(4000), nullable=True),
    )


def _tickets() -> None:
    _record(
        "ticket",
        sa.Column("number", sa.String(40), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("category", sa.String(32), nullable=False),
        sa.Column("description", sa.String(4000), nullable=True),
        sa.Column("priority", sa.String(32), nullable=False),
        sa.Column("place_id", sa.Integer(), sa.ForeignKey("service_point.id"), nullable=True, index=True),
        sa.Column("equipment_id", sa.Integer(), sa.ForeignKey("equipment.id"), nullable=True, index=True),
        sa.Column("stops_equipment", sa.Boolean(), nullable=False),
        sa.Column("contact", sa.String(40), nullable=True),
        sa.Column("origin", sa.String(32), nullable=False),
        sa.Column("origin_key", sa.String(160), nullable=True),
        sa.Column("plan_id", sa.Integer(), sa.ForeignKey("upkeep_plan.id"), nullable=True, index=True),
        sa.Column("size", sa.String(32), nullable=True),
        sa.Column("crew_id", sa.Integer(), sa.ForeignKey("crew.id"), nullable=True, index=True),
        sa.Column("worker_id", sa.Integer(), sa.ForeignKey("worker.id"), nullable=True, index=True),
        sa.Column("reported_us", sa.BigInteger(), nullable=False),
        sa.Column("accept_due_us", sa.BigInteger(), nullable=False),
        sa.Column("accepted_us", sa.BigInteger(), nullable=True),
        sa.Column("clock_us", sa.BigInteger(), nullable=False),
        sa.Column("due_us", sa.BigInteger(), nullable=False),
        sa.Column("arrived_us", sa.BigInteger(), nullable=True),
        sa.Column("held_since_us", sa.BigInteger(), nullable=True),
        sa.Column("hold_reason", sa.String(32), nullable=True),
        sa.Column("held_days", sa.BigInteger(), nullable=False),
        sa.Column("finished_us", sa.BigInteger(), nullable=True),
        sa.Column("closed_us", sa.BigInteger(), nullable=True),
        sa.Column("first_breach_us", sa.BigInteger(), nullable=True),
        sa.Column("told_late", sa.Boolean(), nullable=False),
        sa.Column("reopened", sa.BigInteger(), nullable=False),
        sa.Column("upgrades", sa.BigInteger(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=True),
        sa.Column("result", sa.String(4000), nullable=True),
        sa.Column("score", sa.BigInteger(), nullable=True),
        sa.Column("evidence", sa.String(20000), nullable=True),
        sa.Column("verdict", sa.String(32), nullable=True),
        sa.Column("verdict_facts", sa.String(4000), nullable=True),
        sa.Column("state", sa.String(40), nullable=False),
        sa.UniqueConstraint("number"),
    )
    op.create_index("ticket_origin", "ticket", ["origin_key"])
    _record(
        "labour",
        sa.Column("ticket_id", sa.Integer(), sa.ForeignKey("ticket.id"), nullable=False, index=True),
        sa.Column("worker_id", sa.Integer(), sa.ForeignKey("worker.id"), nullable=False, index=True),
        sa.Column("began_us", sa.BigInteger(), nullable=False),
        sa.Column("ended_us", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "part_move",
        sa.Column("part_id", sa.Integer(), sa.ForeignKey("part.id"), nullable=False, index=True),
        sa.Column("ticket_id", sa.Integer(), sa.ForeignKey("ticket.id"), nullable=True, index=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("qty", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("id", ROW_ID, primary_key=True),
        sa.Column("owner_id", sa.Integer(), sa.ForeignKey("institution.id"), nullable=False, index=True),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("source_document", sa.String(200), nullable=False),
        sa.Column("corrects_id", sa.Integer(), nullable=True),
    )


def _gates() -> None:
    _record(
        "visitor",
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("phone", sa.String(40), nullable=True),
        sa.Column("company", sa.String(120), nullable=True),
        sa.Column("plate", sa.String(16), nullable=True),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("host_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=True, index=True),
        sa.Column("from_us", sa.BigInteger(), nullable=False),
        sa.Column("until_us", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
    )
    _record(
        "credential",
        sa.Column("holder", sa.String(60), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("key_hash", sa.String(64), nullable=False),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=True, index=True),
        sa.Column("visitor_id", sa.Integer(), sa.ForeignKey("visitor.id"), nullable=True, index=True),
        sa.Column("from_us", sa.BigInteger(), nullable=False),
        sa.Column("until_us", sa.BigInteger(), nullable=False),
        sa.Column("opens_gate", sa.Boolean(), nullable=False),
        sa.Column("opens_canteen", sa.Boolean(), nullable=False),
        sa.Column("opens_parking", sa.Boolean(), nullable=False),
        sa.Column("is_blocked", sa.Boolean(), nullable=False),
        sa.UniqueConstraint("key_hash"),
    )
    _record(
        "access_event",
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("place_id", sa.Integer(), sa.ForeignKey("service_point.id"), nullable=False, index=True),
        sa.Column("direction", sa.String(32), nullable=False),
        sa.Column("credential_id", sa.Integer(), sa.ForeignKey("credential.id"), nullable=True, index=True),
        sa.Column("holder", sa.String(60), nullable=True),
        sa.Column("answer", sa.String(32), nullable=False),
    )


def _guard() -> None:
    """The store's ledger is only added to."""
    if op.get_bind().dialect.name == "sqlite":
        for deed in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER part_move_no_{deed.lower()} BEFORE {deed} ON part_move "
                "BEGIN SELECT RAISE(ABORT, 'part_move is only added to'); END"
            )
    else:
        op.execute(
            "CREATE TRIGGER part_move_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON part_move "
            "EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    raise NotImplementedError("restore the backup from before the upgrade")
