"""Vehicles are rented by the day and by the hour; what does not fit together in their use is listed."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rental_site",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=True),
        sa.Column("spaces", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_rental_site_owner_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rental_site")),
        sa.UniqueConstraint("owner_id", "name", name=op.f("uq_rental_site_owner_id_name")),
    )
    with op.batch_alter_table("rental_site", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rental_site_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "charge_pile",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("power_w", sa.BigInteger(), nullable=False),
        sa.Column("condition", sa.String(length=32), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_charge_pile_owner_id_institution")
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["rental_site.id"], name=op.f("fk_charge_pile_site_id_rental_site")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_charge_pile")),
        sa.UniqueConstraint("code", name=op.f("uq_charge_pile_code")),
    )
    with op.batch_alter_table("charge_pile", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_charge_pile_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_charge_pile_site_id"), ["site_id"], unique=False)

    op.create_table(
        "rental_quote",
        sa.Column("supplier_id", sa.Integer(), nullable=False),
        sa.Column("vehicle_class", sa.String(length=32), nullable=False),
        sa.Column("day_price", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_rental_quote_owner_id_institution")
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["fleet_supplier.id"], name=op.f("fk_rental_quote_supplier_id_fleet_supplier")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rental_quote")),
        sa.UniqueConstraint(
            "supplier_id",
            "vehicle_class",
            "valid_from",
            name=op.f("uq_rental_quote_supplier_id_vehicle_class_valid_from"),
        ),
    )
    with op.batch_alter_table("rental_quote", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rental_quote_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_rental_quote_supplier_id"), ["supplier_id"], unique=False)

    op.create_table(
        "rental_session",
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("vehicle_id", sa.Integer(), nullable=False),
        sa.Column("from_site_id", sa.Integer(), nullable=False),
        sa.Column("renter", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("to_site_id", sa.Integer(), nullable=True),
        sa.Column("began_us", sa.BigInteger(), nullable=False),
        sa.Column("ended_us", sa.BigInteger(), nullable=True),
        sa.Column("distance_m", sa.BigInteger(), nullable=False),
        sa.Column("energy_wh", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["from_site_id"], ["rental_site.id"], name=op.f("fk_rental_session_from_site_id_rental_site")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_rental_session_owner_id_institution")
        ),
        sa.ForeignKeyConstraint(
            ["to_site_id"], ["rental_site.id"], name=op.f("fk_rental_session_to_site_id_rental_site")
        ),
        sa.ForeignKeyConstraint(
            ["vehicle_id"], ["vehicle.id"], name=op.f("fk_rental_session_vehicle_id_vehicle")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rental_session")),
        sa.UniqueConstraint("number", name=op.f("uq_rental_session_number")),
    )
    with op.batch_alter_table("rental_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rental_session_from_site_id"), ["from_site_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_rental_session_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_rental_session_to_site_id"), ["to_site_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_rental_session_vehicle_id"), ["vehicle_id"], unique=False)

    op.create_table(
        "rental_line",
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("pile_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("distance_m", sa.BigInteger(), nullable=False),
        sa.Column("energy_wh", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("source_document", sa.String(length=200), nullable=False),
        sa.Column("corrects_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_rental_line_owner_id_institution")
        ),
        sa.ForeignKeyConstraint(
            ["pile_id"], ["charge_pile.id"], name=op.f("fk_rental_line_pile_id_charge_pile")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["rental_session.id"], name=op.f("fk_rental_line_session_id_rental_session")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rental_line")),
    )
    with op.batch_alter_table("rental_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rental_line_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_rental_line_pile_id"), ["pile_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_rental_line_session_id"), ["session_id"], unique=False)

    op.create_table(
        "use_risk",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("vehicle_id", sa.Integer(), nullable=True),
        sa.Column("request_id", sa.Integer(), nullable=True),
        sa.Column("claimed_m", sa.BigInteger(), nullable=True),
        sa.Column("track_m", sa.BigInteger(), nullable=True),
        sa.Column("minutes", sa.BigInteger(), nullable=True),
        sa.Column("rule", sa.String(length=120), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_use_risk_owner_id_institution")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["vehicle_request.id"], name=op.f("fk_use_risk_request_id_vehicle_request")
        ),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicle.id"], name=op.f("fk_use_risk_vehicle_id_vehicle")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_use_risk")),
        sa.UniqueConstraint("key", name=op.f("uq_use_risk_key")),
    )
    with op.batch_alter_table("use_risk", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_use_risk_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_use_risk_request_id"), ["request_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_use_risk_vehicle_id"), ["vehicle_id"], unique=False)

    with op.batch_alter_table("vehicle_request", schema=None) as batch_op:
        batch_op.add_column(sa.Column("quote_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("rent", sa.BigInteger(), nullable=True))
        batch_op.create_index(batch_op.f("ix_vehicle_request_quote_id"), ["quote_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_vehicle_request_quote_id_rental_quote"), "rental_quote", ["quote_id"], ["id"]
        )
    if op.get_bind().dialect.name == "sqlite":
        for deed in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER rental_line_no_{deed.lower()} BEFORE {deed} ON rental_line "
                "BEGIN SELECT RAISE(ABORT, 'rental_line is only added to'); END"
            )
    else:
        op.execute(
            "CREATE TRIGGER rental_line_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON rental_line "
            "EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    raise NotImplementedError("restore the backup from before the upgrade")
