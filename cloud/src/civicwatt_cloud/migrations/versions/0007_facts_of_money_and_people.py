"""Virtual meters, the tree of meters, closed months and corrections, price tables, shares."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "price_table",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("entered_by", sa.String(length=80), nullable=False),
        sa.Column("entered_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_price_table")),
    )
    op.create_table(
        "closed_month",
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("closed_by", sa.String(length=80), nullable=False),
        sa.Column("closed_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_closed_month_institution_id_institution")
        ),
        sa.PrimaryKeyConstraint("institution_id", "month", name=op.f("pk_closed_month")),
    )
    op.create_table(
        "building_share",
        sa.Column("building_id", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["building_id"], ["building.id"], name=op.f("fk_building_share_building_id_building")
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_building_share_institution_id_institution")
        ),
        sa.PrimaryKeyConstraint(
            "building_id", "valid_from", "institution_id", name=op.f("pk_building_share")
        ),
    )
    op.create_table(
        "correction",
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("point_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reported_micro", sa.BigInteger(), nullable=False),
        sa.Column("reported_covered_s", sa.Integer(), nullable=False),
        sa.Column("reported_quality", sa.SmallInteger(), nullable=False),
        sa.Column("recomputed_micro", sa.BigInteger(), nullable=False),
        sa.Column("recomputed_covered_s", sa.Integer(), nullable=False),
        sa.Column("recomputed_quality", sa.SmallInteger(), nullable=False),
        sa.Column("causes", sa.String(), nullable=False),
        sa.Column("proposed_us", sa.BigInteger(), nullable=False),
        sa.Column("decided_by", sa.String(length=80), nullable=True),
        sa.Column("decided_us", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("settled_micro", sa.BigInteger(), nullable=True),
        sa.Column("applied_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["point_id"], ["point.id"], name=op.f("fk_correction_point_id_point")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_correction")),
    )
    op.create_index("ix_correction_point_id_month", "correction", ["point_id", "month"], unique=False)
    op.create_table(
        "formula",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("point_id", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("terms", sa.String(), nullable=False),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("entered_by", sa.String(length=80), nullable=False),
        sa.Column("entered_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["point_id"], ["point.id"], name=op.f("fk_formula_point_id_point")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_formula")),
        sa.UniqueConstraint("point_id", "valid_from", name=op.f("uq_formula_point_id_valid_from")),
    )
    op.create_table(
        "tree_meter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("point_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("accuracy_class", sa.String(length=8), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["parent_id"], ["point.id"], name=op.f("fk_tree_meter_parent_id_point")),
        sa.ForeignKeyConstraint(["point_id"], ["point.id"], name=op.f("fk_tree_meter_point_id_point")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tree_meter")),
        sa.UniqueConstraint("point_id", "valid_from", name=op.f("uq_tree_meter_point_id_valid_from")),
    )


def downgrade() -> None:
    for table in ("tree_meter", "formula", "correction", "building_share", "closed_month", "price_table"):
        op.drop_table(table)
