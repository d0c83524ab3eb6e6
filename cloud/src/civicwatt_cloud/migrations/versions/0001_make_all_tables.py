"""Make all tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# PostgreSQL keeps ledger_hour by calendar months of UTC. The books call this before they write; it belongs to
# whoever migrates, so whoever writes needs no right to make tables. To attach a table makes no reader wait.
MAKE_MONTHS = """
CREATE FUNCTION make_ledger_months(first_hour integer, last_hour integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, pg_temp AS $$
DECLARE
    epoch CONSTANT timestamp := '1970-01-01';
    month timestamp := date_trunc('month', epoch + first_hour * interval '1 hour');
    next_month timestamp;
    name text;
BEGIN
    IF first_hour < 0 OR last_hour > 1200000 THEN
        RAISE EXCEPTION 'no hours of a ledger: % to %', first_hour, last_hour;
    END IF;
    WHILE month <= epoch + last_hour * interval '1 hour' LOOP
        next_month := month + interval '1 month';
        name := 'ledger_hour_' || to_char(month, 'YYYYMM');
        IF to_regclass(name) IS NULL THEN
            EXECUTE format('CREATE TABLE %I (LIKE ledger_hour INCLUDING ALL EXCLUDING INDEXES)', name);
            EXECUTE format(
                'ALTER TABLE ledger_hour ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)', name,
                (extract(epoch FROM month) / 3600)::integer, (extract(epoch FROM next_month) / 3600)::integer
            );
        END IF;
        month := next_month;
    END LOOP;
END $$
"""


def upgrade() -> None:
    op.create_table(
        "catalogue",
        sa.Column("hash", sa.String(length=16), nullable=False),
        sa.Column("device", sa.String(length=64), nullable=False),
        sa.Column("template", sa.String(length=64), nullable=False),
        sa.Column("points", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_catalogue")),
    )
    op.create_table(
        "denominator",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_denominator")),
    )
    with op.batch_alter_table("denominator", schema=None) as batch_op:
        batch_op.create_index("denominator_subject", ["kind", "subject_id", "valid_from"], unique=True)

    op.create_table(
        "gateway",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("division", sa.String(length=12), nullable=True),
        sa.Column("online", sa.Boolean(), nullable=False),
        sa.Column("last_seen_us", sa.BigInteger(), nullable=True),
        sa.Column("last_slot_us", sa.BigInteger(), nullable=True),
        sa.Column("rebirth_asked_us", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gateway")),
    )
    op.create_table(
        "one_time_code",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("expires_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_one_time_code")),
    )
    op.create_table(
        "quarantine",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("received_us", sa.BigInteger(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantine")),
        sa.UniqueConstraint("digest", name=op.f("uq_quarantine_digest")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "region",
        sa.Column("code", sa.String(length=6), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_region")),
    )
    op.create_table(
        "sign_in_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("who", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempt")),
    )
    with op.batch_alter_table("sign_in_attempt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_attempt_who"), ["who"], unique=False)

    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("display_name", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("region_code", sa.String(length=6), nullable=True),
        sa.Column("created_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_account_region_code_region")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("username", name=op.f("uq_account_username")),
    )
    op.create_table(
        "institution",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("region_code", sa.String(length=6), nullable=False),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name=op.f("fk_institution_region_code_region")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_institution")),
        sa.UniqueConstraint("code", name=op.f("uq_institution_code")),
    )
    with op.batch_alter_table("institution", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_institution_region_code"), ["region_code"], unique=False)

    op.create_table(
        "received_range",
        sa.Column("gateway", sa.String(length=64), nullable=False),
        sa.Column("epoch", sa.String(length=36), nullable=False),
        sa.Column("lo", sa.BigInteger(), nullable=False),
        sa.Column("hi", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["gateway"], ["gateway.id"], name=op.f("fk_received_range_gateway_gateway")),
        sa.PrimaryKeyConstraint("gateway", "epoch", "lo", name=op.f("pk_received_range")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "building",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_building_institution_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_building")),
        sa.UniqueConstraint("code", name=op.f("uq_building_code")),
    )
    with op.batch_alter_table("building", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_building_institution_id"), ["institution_id"], unique=False)

    op.create_table(
        "open_session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("created_us", sa.BigInteger(), nullable=False),
        sa.Column("seen_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_open_session_account_id_account")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_open_session")),
    )
    op.create_table(
        "point",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("gateway", sa.String(length=64), nullable=False),
        sa.Column("device", sa.String(length=64), nullable=False),
        sa.Column("measure", sa.String(length=40), nullable=False),
        sa.Column("template", sa.String(length=64), nullable=True),
        sa.Column("is_counter", sa.Boolean(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=True),
        sa.Column("building_id", sa.Integer(), nullable=True),
        sa.Column("end_use", sa.String(length=16), nullable=True),
        sa.Column("carrier", sa.String(length=16), nullable=True),
        sa.Column("bound_from_us", sa.BigInteger(), nullable=True),
        sa.Column("is_consumption", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["building_id"], ["building.id"], name=op.f("fk_point_building_id_building")),
        sa.ForeignKeyConstraint(["gateway"], ["gateway.id"], name=op.f("fk_point_gateway_gateway")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_point")),
        sa.UniqueConstraint("gateway", "device", "measure", name=op.f("uq_point_gateway_device_measure")),
    )
    with op.batch_alter_table("point", schema=None) as batch_op:
        batch_op.create_index(
            "ix_point_building_id_is_consumption", ["building_id", "is_consumption"], unique=False
        )

    op.create_table(
        "dirty_range",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("point_id", sa.Integer(), nullable=False),
        sa.Column("hour_from", sa.Integer(), nullable=False),
        sa.Column("hour_to", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["point_id"], ["point.id"], name=op.f("fk_dirty_range_point_id_point")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dirty_range")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("dirty_range", schema=None) as batch_op:
        batch_op.create_index("ix_dirty_range_point_id", ["point_id"], unique=False)

    op.create_table(
        "held_step",
        sa.Column("point_id", sa.Integer(), nullable=False),
        sa.Column("ts_us", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("before_micro", sa.BigInteger(), nullable=False),
        sa.Column("after_micro", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["point_id"], ["point.id"], name=op.f("fk_held_step_point_id_point")),
        sa.PrimaryKeyConstraint("point_id", "ts_us", name=op.f("pk_held_step")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "ledger_day",
        sa.Column("point_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("micro", sa.BigInteger(), nullable=False),
        sa.Column("covered_s", sa.Integer(), nullable=False),
        sa.Column("quality", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(["point_id"], ["point.id"], name=op.f("fk_ledger_day_point_id_point")),
        sa.PrimaryKeyConstraint("point_id", "day", name=op.f("pk_ledger_day")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "ledger_hour",
        sa.Column("point_id", sa.Integer(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("micro", sa.BigInteger(), nullable=False),
        sa.Column("covered_s", sa.Integer(), nullable=False),
        sa.Column("quality", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(["point_id"], ["point.id"], name=op.f("fk_ledger_hour_point_id_point")),
        sa.PrimaryKeyConstraint("point_id", "hour", name=op.f("pk_ledger_hour")),
        sqlite_with_rowid=False,
        postgresql_partition_by="RANGE (hour)",
    )
    if op.get_bind().dialect.name == "postgresql":
        schema = op.get_bind().scalar(sa.text("SELECT quote_ident(current_schema())"))
        op.execute(MAKE_MONTHS.replace("{schema}", schema))
        op.execute("REVOKE EXECUTE ON FUNCTION make_ledger_months FROM PUBLIC")
    op.create_table(
        "ledger_month",
        sa.Column("point_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("micro", sa.BigInteger(), nullable=False),
        sa.Column("covered_s", sa.Integer(), nullable=False),
        sa.Column("quality", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(["point_id"], ["point.id"], name=op.f("fk_ledger_month_point_id_point")),
        sa.PrimaryKeyConstraint("point_id", "month", name=op.f("pk_ledger_month")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION make_ledger_months")
    op.drop_table("ledger_month")
    op.drop_table("ledger_hour")
    op.drop_table("ledger_day")
    op.drop_table("held_step")
    with op.batch_alter_table("dirty_range", schema=None) as batch_op:
        batch_op.drop_index("ix_dirty_range_point_id")

    op.drop_table("dirty_range")
    with op.batch_alter_table("point", schema=None) as batch_op:
        batch_op.drop_index("ix_point_building_id_is_consumption")

    op.drop_table("point")
    op.drop_table("open_session")
    with op.batch_alter_table("building", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_building_institution_id"))

    op.drop_table("building")
    op.drop_table("received_range")
    with op.batch_alter_table("institution", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_institution_region_code"))

    op.drop_table("institution")
    op.drop_table("account")
    with op.batch_alter_table("sign_in_attempt", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_attempt_who"))

    op.drop_table("sign_in_attempt")
    op.drop_table("region")
    op.drop_table("quarantine")
    op.drop_table("one_time_code")
    op.drop_table("gateway")
    with op.batch_alter_table("denominator", schema=None) as batch_op:
        batch_op.drop_index("denominator_subject")

    op.drop_table("denominator")
    op.drop_table("catalogue")
