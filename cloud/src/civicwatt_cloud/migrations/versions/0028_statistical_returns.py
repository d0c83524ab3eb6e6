"""Statistical returns, accounts at suppliers, sites, buildings of the monitoring system."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "energy_payment",
        sa.Column("energy", sa.String(length=32), nullable=False),
        sa.Column("payment", sa.String(length=32), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_energy_payment_owner_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_energy_payment")),
        sa.UniqueConstraint(
            "owner_id", "energy", "valid_from", name=op.f("uq_energy_payment_owner_id_energy_valid_from")
        ),
    )
    with op.batch_alter_table("energy_payment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_energy_payment_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "energy_return",
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("form", sa.String(length=16), nullable=False),
        sa.Column("due_us", sa.BigInteger(), nullable=False),
        sa.Column("filed_us", sa.BigInteger(), nullable=True),
        sa.Column("timeliness", sa.String(length=32), nullable=False),
        sa.Column("on_behalf", sa.String(length=200), nullable=True),
        sa.Column("filer", sa.String(length=80), nullable=True),
        sa.Column("filer_id", sa.Integer(), nullable=True),
        sa.Column("filing_key", sa.String(length=64), nullable=True),
        sa.Column("fingerprint", sa.String(length=32), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["filer_id"], ["account.id"], name=op.f("fk_energy_return_filer_id_account")),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_energy_return_owner_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_energy_return")),
        sa.UniqueConstraint("filing_key", name=op.f("uq_energy_return_filing_key")),
        sa.UniqueConstraint("owner_id", "period", name=op.f("uq_energy_return_owner_id_period")),
    )
    with op.batch_alter_table("energy_return", schema=None) as batch_op:
        batch_op.create_index("energy_return_fingerprint", ["period", "fingerprint"], unique=False)
        batch_op.create_index("energy_return_period", ["period", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_energy_return_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "supplier_layout",
        sa.Column("supplier", sa.String(length=120), nullable=False),
        sa.Column("energy", sa.String(length=32), nullable=False),
        sa.Column("account", sa.String(length=60), nullable=False),
        sa.Column("day_from", sa.String(length=60), nullable=False),
        sa.Column("day_to", sa.String(length=60), nullable=False),
        sa.Column("is_to_included", sa.Boolean(), nullable=False),
        sa.Column("amount", sa.String(length=60), nullable=False),
        sa.Column("cost", sa.String(length=60), nullable=True),
        sa.Column("document", sa.String(length=60), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_supplier_layout_owner_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_layout")),
        sa.UniqueConstraint("owner_id", "supplier", name=op.f("uq_supplier_layout_owner_id_supplier")),
    )
    with op.batch_alter_table("supplier_layout", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_supplier_layout_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "three_way_note",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("bill_micro", sa.BigInteger(), nullable=True),
        sa.Column("ledger_micro", sa.BigInteger(), nullable=True),
        sa.Column("meter_micro", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("said", sa.String(length=400), nullable=False),
        sa.Column("who", sa.String(length=80), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_three_way_note_owner_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_three_way_note")),
    )
    with op.batch_alter_table("three_way_note", schema=None) as batch_op:
        batch_op.create_index("three_way_note_month", ["owner_id", "month"], unique=False)

    op.create_table(
        "energy_site",
        sa.Column("building_id", sa.Integer(), nullable=False),
        sa.Column("site_class", sa.String(length=32), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["building_id"], ["building.id"], name=op.f("fk_energy_site_building_id_building")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_energy_site_owner_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_energy_site")),
        sa.UniqueConstraint(
            "owner_id",
            "building_id",
            "valid_from",
            name=op.f("uq_energy_site_owner_id_building_id_valid_from"),
        ),
    )
    with op.batch_alter_table("energy_site", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_energy_site_building_id"), ["building_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_energy_site_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "monitored_building",
        sa.Column("building_id", sa.Integer(), nullable=False),
        sa.Column("building_class", sa.String(length=32), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["building_id"], ["building.id"], name=op.f("fk_monitored_building_building_id_building")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_monitored_building_owner_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_monitored_building")),
        sa.UniqueConstraint("building_id", name=op.f("uq_monitored_building_building_id")),
    )
    with op.batch_alter_table("monitored_building", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_monitored_building_building_id"), ["building_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_monitored_building_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "return_cell",
        sa.Column("return_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("micro", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.String(length=12), nullable=True),
        sa.Column("who", sa.String(length=80), nullable=True),
        sa.Column("at_us", sa.BigInteger(), nullable=True),
        sa.Column("measured_micro", sa.BigInteger(), nullable=True),
        sa.Column("measured_source", sa.String(length=12), nullable=True),
        sa.Column("basis", sa.String(length=2000), nullable=True),
        sa.Column("computed_us", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(length=16), nullable=True),
        sa.Column("said", sa.String(length=400), nullable=True),
        sa.ForeignKeyConstraint(
            ["return_id"], ["energy_return.id"], name=op.f("fk_return_cell_return_id_energy_return")
        ),
        sa.PrimaryKeyConstraint("return_id", "code", name=op.f("pk_return_cell")),
    )
    op.create_table(
        "return_comment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("return_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.Column("who", sa.String(length=80), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["return_id"], ["energy_return.id"], name=op.f("fk_return_comment_return_id_energy_return")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_comment")),
    )
    with op.batch_alter_table("return_comment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_return_comment_return_id"), ["return_id"], unique=False)

    op.create_table(
        "return_notice",
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("return_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("reported", sa.BigInteger(), nullable=False),
        sa.Column("now", sa.BigInteger(), nullable=False),
        sa.Column("difference", sa.BigInteger(), nullable=False),
        sa.Column("found_us", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.Column("said", sa.String(length=400), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_return_notice_owner_id_institution")
        ),
        sa.ForeignKeyConstraint(
            ["return_id"], ["energy_return.id"], name=op.f("fk_return_notice_return_id_energy_return")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_notice")),
        sa.UniqueConstraint("return_id", "code", "now", name=op.f("uq_return_notice_return_id_code_now")),
    )
    with op.batch_alter_table("return_notice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_return_notice_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_return_notice_return_id"), ["return_id"], unique=False)

    op.create_table(
        "return_report",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("return_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.String(length=80), nullable=False),
        sa.Column("on_behalf", sa.String(length=200), nullable=True),
        sa.Column("cells", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["return_id"], ["energy_return.id"], name=op.f("fk_return_report_return_id_energy_return")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_report")),
        sa.UniqueConstraint("return_id", "number", name=op.f("uq_return_report_return_id_number")),
    )
    op.create_table(
        "supply_account",
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("energy", sa.String(length=32), nullable=False),
        sa.Column("use", sa.String(length=32), nullable=False),
        sa.Column("supplier", sa.String(length=120), nullable=False),
        sa.Column("holder", sa.String(length=120), nullable=True),
        sa.Column("building_id", sa.Integer(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["building_id"], ["building.id"], name=op.f("fk_supply_account_building_id_building")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_supply_account_owner_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supply_account")),
        sa.UniqueConstraint("number", "energy", name=op.f("uq_supply_account_number_energy")),
    )
    with op.batch_alter_table("supply_account", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_supply_account_building_id"), ["building_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_supply_account_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "account_binding",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("point", sa.BigInteger(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["supply_account.id"], name=op.f("fk_account_binding_account_id_supply_account")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_account_binding_owner_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_binding")),
        sa.UniqueConstraint(
            "account_id", "valid_from", name=op.f("uq_account_binding_account_id_valid_from")
        ),
    )
    with op.batch_alter_table("account_binding", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_account_binding_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_account_binding_owner_id"), ["owner_id"], unique=False)
    for table in ("return_comment", "return_report", "three_way_note"):
        _guard(table)


def _guard(table: str) -> None:
    """What was reported and said is only added to."""
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
