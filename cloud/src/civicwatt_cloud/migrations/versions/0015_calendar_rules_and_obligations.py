"""Imported holiday notices and rule rows, obligations and their reminders, kept figures; numbers by node."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ONLY_ADDED = ("local_rule", "obligation_reminder", "indicator_snapshot")


def upgrade() -> None:
    with op.batch_alter_table("numbering") as table:
        table.alter_column("series", existing_type=sa.String(length=16), type_=sa.String(length=120))
    _notices()
    _rules()
    _obligations()
    _snapshots()
    _guard()


def _notices() -> None:
    op.create_table(
        "holiday_notice",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("imported_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_holiday_notice")),
    )
    op.create_table(
        "holiday_day",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("is_workday", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["year"], ["holiday_notice.year"], name=op.f("fk_holiday_day_year_holiday_notice")
        ),
        sa.PrimaryKeyConstraint("year", "day", name=op.f("pk_holiday_day")),
    )


def _rules() -> None:
    op.create_table(
        "local_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("title_en", sa.String(), nullable=False),
        sa.Column("value", sa.String(length=40), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("clause", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("scope", sa.String(length=80), nullable=False),
        sa.Column("level", sa.String(length=16), nullable=True),
        sa.Column("word", sa.String(length=8), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("imported_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_local_rule")),
        sqlite_autoincrement=True,
    )
    op.create_index("local_rule_rule", "local_rule", ["rule", "valid_from"])


def _obligations() -> None:
    op.create_table(
        "obligation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("roles", sa.String(length=300), nullable=False),
        sa.Column("superiors", sa.String(length=300), nullable=False),
        sa.Column("zh", sa.String(length=200), nullable=False),
        sa.Column("en", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=160), nullable=False),
        sa.Column("due_us", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("is_done", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_obligation_owner_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_obligation")),
        sa.UniqueConstraint("key", name=op.f("uq_obligation_key")),
    )
    op.create_index(op.f("ix_obligation_owner_id"), "obligation", ["owner_id"])
    op.create_index(op.f("ix_obligation_due_us"), "obligation", ["due_us"])
    op.create_table(
        "obligation_reminder",
        sa.Column("obligation_id", sa.Integer(), nullable=False),
        sa.Column("due_us", sa.BigInteger(), nullable=False),
        sa.Column("stage", sa.String(length=16), nullable=False),
        sa.Column("told_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["obligation_id"], ["obligation.id"], name=op.f("fk_obligation_reminder_obligation_id_obligation")
        ),
        sa.PrimaryKeyConstraint("obligation_id", "due_us", "stage", name=op.f("pk_obligation_reminder")),
    )


def _snapshots() -> None:
    op.create_table(
        "indicator_snapshot",
        sa.Column("indicator", sa.String(length=60), nullable=False),
        sa.Column("period", sa.String(length=8), nullable=False),
        sa.Column("node", sa.String(length=400), nullable=False),
        sa.Column("value", sa.String(length=40), nullable=True),
        sa.Column("numerator", sa.BigInteger(), nullable=False),
        sa.Column("denominator", sa.BigInteger(), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.Column("missing", sa.Integer(), nullable=False),
        sa.Column("rules", sa.String(), nullable=False),
        sa.Column("taken_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("indicator", "period", "node", name=op.f("pk_indicator_snapshot")),
    )


def _guard() -> None:
    """Rows of these tables are neither changed nor deleted."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    if not is_sqlite:
        op.execute(
            "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION "
            "'% is only added to', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
    for table in ONLY_ADDED:
        for deed in ("UPDATE", "DELETE") if is_sqlite else ():
            op.execute(
                f"CREATE TRIGGER {table}_no_{deed.lower()} BEFORE {deed} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is only added to'); END"
            )
        if not is_sqlite:
            op.execute(
                f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
                "EXECUTE FUNCTION refuse_change()"
            )


def downgrade() -> None:
    raise NotImplementedError("restore the backup from before the upgrade")
