"""The stock of vehicles: quotas, plans, disposals, suppliers, ledgers of fuel and cost, violations."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fleet_supplier",
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("contract", sa.String(length=80), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_fleet_supplier_owner_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fleet_supplier")),
        sa.UniqueConstraint("owner_id", "kind", "name", name=op.f("uq_fleet_supplier_owner_id_kind_name")),
    )
    with op.batch_alter_table("fleet_supplier", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fleet_supplier_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "seal_order",
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("from_us", sa.BigInteger(), nullable=False),
        sa.Column("to_us", sa.BigInteger(), nullable=False),
        sa.Column("vehicles", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.BigInteger(), nullable=True),
        sa.Column("place", sa.String(length=200), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_seal_order_owner_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seal_order")),
        sa.UniqueConstraint("owner_id", "from_us", name=op.f("uq_seal_order_owner_id_from_us")),
    )
    with op.batch_alter_table("seal_order", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_seal_order_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "vehicle_quota",
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("before", sa.BigInteger(), nullable=True),
        sa.Column("is_remote", sa.Boolean(), nullable=False),
        sa.Column("document", sa.String(length=200), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_vehicle_quota_owner_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vehicle_quota")),
        sa.UniqueConstraint(
            "owner_id", "kind", "valid_from", name=op.f("uq_vehicle_quota_owner_id_kind_valid_from")
        ),
    )
    with op.batch_alter_table("vehicle_quota", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_vehicle_quota_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "cost_entry",
        sa.Column("vehicle_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("supplier", sa.String(length=120), nullable=False),
        sa.Column("is_off_point", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("source_document", sa.String(length=200), nullable=False),
        sa.Column("corrects_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_cost_entry_owner_id_institution")
        ),
        sa.ForeignKeyConstraint(
            ["vehicle_id"], ["vehicle.id"], name=op.f("fk_cost_entry_vehicle_id_vehicle")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cost_entry")),
    )
    with op.batch_alter_table("cost_entry", schema=None) as batch_op:
        batch_op.create_index("cost_entry_vehicle", ["vehicle_id", "on_day"], unique=False)
        batch_op.create_index(batch_op.f("ix_cost_entry_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "fuel_entry",
        sa.Column("vehicle_id", sa.Integer(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("volume_ml", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("odometer_m", sa.BigInteger(), nullable=True),
        sa.Column("supplier", sa.String(length=120), nullable=False),
        sa.Column("is_off_point", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("source_document", sa.String(length=200), nullable=False),
        sa.Column("corrects_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_fuel_entry_owner_id_institution")
        ),
        sa.ForeignKeyConstraint(
            ["vehicle_id"], ["vehicle.id"], name=op.f("fk_fuel_entry_vehicle_id_vehicle")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fuel_entry")),
    )
    with op.batch_alter_table("fuel_entry", schema=None) as batch_op:
        batch_op.create_index("fuel_entry_vehicle", ["vehicle_id", "on_day"], unique=False)
        batch_op.create_index(batch_op.f("ix_fuel_entry_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "mark_exemption",
        sa.Column("vehicle_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=4000), nullable=False),
        sa.Column("approval", sa.String(length=200), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_mark_exemption_owner_id_institution")
        ),
        sa.ForeignKeyConstraint(
            ["vehicle_id"], ["vehicle.id"], name=op.f("fk_mark_exemption_vehicle_id_vehicle")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mark_exemption")),
    )
    with op.batch_alter_table("mark_exemption", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mark_exemption_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_mark_exemption_vehicle_id"), ["vehicle_id"], unique=False)

    op.create_table(
        "vehicle_disposal",
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("vehicle_id", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=4000), nullable=False),
        sa.Column("into_id", sa.Integer(), nullable=True),
        sa.Column("valuer", sa.String(length=120), nullable=True),
        sa.Column("valuation", sa.BigInteger(), nullable=True),
        sa.Column("taker", sa.String(length=120), nullable=True),
        sa.Column("income", sa.BigInteger(), nullable=True),
        sa.Column("voucher", sa.String(length=80), nullable=True),
        sa.Column("certificate", sa.String(length=80), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["into_id"], ["institution.id"], name=op.f("fk_vehicle_disposal_into_id_institution")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_vehicle_disposal_owner_id_institution")
        ),
        sa.ForeignKeyConstraint(
            ["vehicle_id"], ["vehicle.id"], name=op.f("fk_vehicle_disposal_vehicle_id_vehicle")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vehicle_disposal")),
        sa.UniqueConstraint("number", name=op.f("uq_vehicle_disposal_number")),
    )
    with op.batch_alter_table("vehicle_disposal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_vehicle_disposal_into_id"), ["into_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_vehicle_disposal_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_vehicle_disposal_vehicle_id"), ["vehicle_id"], unique=False)

    op.create_table(
        "vehicle_plan",
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("body", sa.String(length=32), nullable=False),
        sa.Column("energy", sa.String(length=32), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("displacement_ml", sa.BigInteger(), nullable=True),
        sa.Column("has_special_need", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=4000), nullable=False),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.Column("still_usable", sa.String(length=32), nullable=True),
        sa.Column("is_unsafe", sa.Boolean(), nullable=False),
        sa.Column("early_approval", sa.String(length=200), nullable=True),
        sa.Column("funding", sa.String(length=80), nullable=True),
        sa.Column("supplier", sa.String(length=120), nullable=True),
        sa.Column("is_off_point", sa.Boolean(), nullable=False),
        sa.Column("paid", sa.BigInteger(), nullable=True),
        sa.Column("vehicle_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_vehicle_plan_owner_id_institution")
        ),
        sa.ForeignKeyConstraint(
            ["replaces_id"], ["vehicle.id"], name=op.f("fk_vehicle_plan_replaces_id_vehicle")
        ),
        sa.ForeignKeyConstraint(
            ["vehicle_id"], ["vehicle.id"], name=op.f("fk_vehicle_plan_vehicle_id_vehicle")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vehicle_plan")),
        sa.UniqueConstraint("number", name=op.f("uq_vehicle_plan_number")),
    )
    with op.batch_alter_table("vehicle_plan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_vehicle_plan_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_vehicle_plan_replaces_id"), ["replaces_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_vehicle_plan_vehicle_id"), ["vehicle_id"], unique=False)

    op.create_table(
        "vehicle_violation",
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("vehicle_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("fence_id", sa.Integer(), nullable=True),
        sa.Column("due_us", sa.BigInteger(), nullable=False),
        sa.Column("explanation", sa.String(length=4000), nullable=True),
        sa.Column("explained_us", sa.BigInteger(), nullable=True),
        sa.Column("conclusion", sa.String(length=4000), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["vehicle_event.id"], name=op.f("fk_vehicle_violation_event_id_vehicle_event")
        ),
        sa.ForeignKeyConstraint(["fence_id"], ["fence.id"], name=op.f("fk_vehicle_violation_fence_id_fence")),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_vehicle_violation_owner_id_institution")
        ),
        sa.ForeignKeyConstraint(
            ["vehicle_id"], ["vehicle.id"], name=op.f("fk_vehicle_violation_vehicle_id_vehicle")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vehicle_violation")),
        sa.UniqueConstraint("event_id", name=op.f("uq_vehicle_violation_event_id")),
        sa.UniqueConstraint("number", name=op.f("uq_vehicle_violation_number")),
    )
    with op.batch_alter_table("vehicle_violation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_vehicle_violation_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_vehicle_violation_fence_id"), ["fence_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_vehicle_violation_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_vehicle_violation_vehicle_id"), ["vehicle_id"], unique=False)

    with op.batch_alter_table("vehicle", schema=None) as batch_op:
        batch_op.add_column(sa.Column("body", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("energy", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("price", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("displacement_ml", sa.BigInteger(), nullable=True))
        batch_op.add_column(
            sa.Column("has_special_need", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(sa.Column("registered_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("mark", sa.String(length=32), nullable=False, server_default="missing"))
    _guard()


def _guard() -> None:
    """The ledgers are only added to."""
    for table in ("fuel_entry", "cost_entry"):
        if op.get_bind().dialect.name == "sqlite":
            for deed in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{deed.lower()} BEFORE {deed} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is only added to'); END"
                )
        else:
            op.execute(
                f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
                "EXECUTE FUNCTION refuse_change()"
            )


def downgrade() -> None:
    raise NotImplementedError("restore the backup from before the upgrade")
