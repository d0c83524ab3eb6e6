"""Points that no gateway reads: bills and virtual meters."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

WITHOUT_GATEWAY = sa.text("gateway IS NULL")


def upgrade() -> None:
    with op.batch_alter_table("point", schema=None) as batch_op:
        source = sa.Column("source", sa.String(length=8), server_default="meter", nullable=False)
        batch_op.add_column(source)
        batch_op.alter_column("gateway", existing_type=sa.String(length=64), nullable=True)
    op.create_index(
        "uq_point_without_gateway",
        "point",
        ["source", "device", "measure"],
        unique=True,
        sqlite_where=WITHOUT_GATEWAY,
        postgresql_where=WITHOUT_GATEWAY,
    )


def downgrade() -> None:
    op.drop_index("uq_point_without_gateway", table_name="point")
    with op.batch_alter_table("point", schema=None) as batch_op:
        batch_op.alter_column("gateway", existing_type=sa.String(length=64), nullable=False)
        batch_op.drop_column("source")
