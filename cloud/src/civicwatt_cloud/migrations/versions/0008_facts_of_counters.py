"""What is known of a counter: changes of ratio, spans, confirmed rises; the fastest rise of each hour."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

RATES = (("ledger_hour", "peak"), ("held_step", "rate"))


def upgrade() -> None:
    """The rates of hours booked before are not known: all are booked afresh."""
    for table, column in RATES:
        op.add_column(table, sa.Column(column, sa.BigInteger(), server_default=sa.text("0"), nullable=False))
    _fact("ratio_change", "from_us", sa.Column("factor", sa.String(length=40), nullable=False))
    _fact("rollover_span", "from_us", sa.Column("span_micro", sa.BigInteger(), nullable=False))
    _fact("confirmed_rise", "ts_us")
    op.create_table(
        "thin_rise",
        sa.Column("point_id", sa.Integer(), nullable=False),
        sa.Column("ts_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["point_id"], ["point.id"], name=op.f("fk_thin_rise_point_id_point")),
        sa.PrimaryKeyConstraint("point_id", "ts_us", name=op.f("pk_thin_rise")),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO dirty_range (point_id, hour_from, hour_to) "
        "SELECT id, 0, 1200000 FROM point WHERE is_consumption"
    )


def downgrade() -> None:
    for table in ("thin_rise", "confirmed_rise", "rollover_span", "ratio_change"):
        op.drop_table(table)
    for table, column in RATES:
        op.drop_column(table, column)


def _fact(table: str, moment: str, *columns: sa.Column[str] | sa.Column[int]) -> None:
    op.create_table(
        table,
        sa.Column("point_id", sa.Integer(), nullable=False),
        sa.Column(moment, sa.BigInteger(), nullable=False),
        *columns,
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("entered_by", sa.String(length=80), nullable=False),
        sa.Column("entered_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["point_id"], ["point.id"], name=op.f(f"fk_{table}_point_id_point")),
        sa.PrimaryKeyConstraint("point_id", moment, name=op.f(f"pk_{table}")),
    )
