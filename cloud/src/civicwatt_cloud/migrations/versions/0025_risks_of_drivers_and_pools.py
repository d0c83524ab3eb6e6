"""A risk names the driver or the pool that it is about."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("use_risk", schema=None) as batch_op:
        batch_op.add_column(sa.Column("driver_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("pool_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_use_risk_driver_id"), ["driver_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_use_risk_pool_id"), ["pool_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_use_risk_pool_id_vehicle_pool"), "vehicle_pool", ["pool_id"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_use_risk_driver_id_driver"), "driver", ["driver_id"], ["id"]
        )


def downgrade() -> None:
    raise NotImplementedError("restore the backup from before the upgrade")
