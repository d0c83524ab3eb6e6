"""Which price table holds for which meter, building, institution and region."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tariff_assignment",
        sa.Column("level", sa.String(length=12), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("carrier", sa.String(length=20), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=True),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("entered_by", sa.String(length=80), nullable=False),
        sa.Column("entered_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["key"], ["price_table.key"], name=op.f("fk_tariff_assignment_key_price_table")
        ),
        sa.PrimaryKeyConstraint(
            "level", "subject_id", "carrier", "valid_from", name=op.f("pk_tariff_assignment")
        ),
    )


def downgrade() -> None:
    op.drop_table("tariff_assignment")
