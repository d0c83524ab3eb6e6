"""Anomalies: cases, live findings, the month-end review."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "anomaly_case",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("building_id", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("begin_us", sa.BigInteger(), nullable=False),
        sa.Column("last_us", sa.BigInteger(), nullable=False),
        sa.Column("energy", sa.BigInteger(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=True),
        sa.Column("confidence", sa.BigInteger(), nullable=False),
        sa.Column("returned", sa.BigInteger(), nullable=False),
        sa.Column("assignee", sa.String(length=60), nullable=True),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.Column("note", sa.String(length=4000), nullable=True),
        sa.Column("fixed_us", sa.BigInteger(), nullable=True),
        sa.Column("verdict", sa.String(length=32), nullable=True),
        sa.Column("verdict_facts", sa.String(length=4000), nullable=True),
        sa.Column("is_right", sa.Boolean(), nullable=True),
        sa.Column("explained_us", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["building_id"], ["building.id"], name=op.f("fk_anomaly_case_building_id_building")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_anomaly_case_owner_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_anomaly_case")),
    )
    with op.batch_alter_table("anomaly_case", schema=None) as batch_op:
        batch_op.create_index("anomaly_case_key", ["key"], unique=False)
        batch_op.create_index(batch_op.f("ix_anomaly_case_building_id"), ["building_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_anomaly_case_owner_id"), ["owner_id"], unique=False)
    op.create_table(
        "anomaly_finding",
        sa.Column("point_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=16), nullable=False),
        sa.Column("meter", sa.String(length=120), nullable=False),
        sa.Column("building_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("begin_us", sa.BigInteger(), nullable=False),
        sa.Column("end_us", sa.BigInteger(), nullable=False),
        sa.Column("found_us", sa.BigInteger(), nullable=False),
        sa.Column("energy", sa.BigInteger(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=True),
        sa.Column("confidence", sa.BigInteger(), nullable=False),
        sa.Column("is_muted", sa.Boolean(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("is_alarm", sa.Boolean(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["building_id"], ["building.id"], name=op.f("fk_anomaly_finding_building_id_building")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["anomaly_case.id"], name=op.f("fk_anomaly_finding_case_id_anomaly_case")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_anomaly_finding_owner_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_anomaly_finding")),
        sa.UniqueConstraint(
            "point_id", "rule", "begin_us", name=op.f("uq_anomaly_finding_point_id_rule_begin_us")
        ),
    )
    with op.batch_alter_table("anomaly_finding", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_anomaly_finding_building_id"), ["building_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_anomaly_finding_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_anomaly_finding_month"), ["month"], unique=False)
        batch_op.create_index(batch_op.f("ix_anomaly_finding_owner_id"), ["owner_id"], unique=False)
    op.create_table(
        "anomaly_judged",
        sa.Column("point_id", sa.Integer(), nullable=False),
        sa.Column("live_hour", sa.Integer(), nullable=False),
        sa.Column("review_month", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["point_id"], ["point.id"], name=op.f("fk_anomaly_judged_point_id_point")),
        sa.PrimaryKeyConstraint("point_id", name=op.f("pk_anomaly_judged")),
    )
    op.create_table(
        "anomaly_review",
        sa.Column("month", sa.BigInteger(), nullable=False),
        sa.Column("point_id", sa.Integer(), nullable=False),
        sa.Column("meter", sa.String(length=120), nullable=False),
        sa.Column("stance", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("begin_us", sa.BigInteger(), nullable=False),
        sa.Column("end_us", sa.BigInteger(), nullable=False),
        sa.Column("energy", sa.BigInteger(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=True),
        sa.Column("confidence", sa.BigInteger(), nullable=False),
        sa.Column("finding_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["anomaly_finding.id"], name=op.f("fk_anomaly_review_finding_id_anomaly_finding")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_anomaly_review_owner_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_anomaly_review")),
    )
    with op.batch_alter_table("anomaly_review", schema=None) as batch_op:
        batch_op.create_index("anomaly_review_month", ["month", "point_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_anomaly_review_finding_id"), ["finding_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_anomaly_review_owner_id"), ["owner_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("anomaly_review", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_anomaly_review_owner_id"))
        batch_op.drop_index(batch_op.f("ix_anomaly_review_finding_id"))
        batch_op.drop_index("anomaly_review_month")
    op.drop_table("anomaly_review")
    op.drop_table("anomaly_judged")
    with op.batch_alter_table("anomaly_finding", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_anomaly_finding_owner_id"))
        batch_op.drop_index(batch_op.f("ix_anomaly_finding_month"))
        batch_op.drop_index(batch_op.f("ix_anomaly_finding_case_id"))
        batch_op.drop_index(batch_op.f("ix_anomaly_finding_building_id"))
    op.drop_table("anomaly_finding")
    with op.batch_alter_table("anomaly_case", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_anomaly_case_owner_id"))
        batch_op.drop_index(batch_op.f("ix_anomaly_case_building_id"))
        batch_op.drop_index("anomaly_case_key")
    op.drop_table("anomaly_case")
