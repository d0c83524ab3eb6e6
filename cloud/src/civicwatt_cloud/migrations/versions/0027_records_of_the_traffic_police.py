"""Records of the traffic police beside dispatch orders."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "traffic_record",
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("vehicle_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("what", sa.String(length=200), nullable=True),
        sa.Column("fine", sa.BigInteger(), nullable=True),
        sa.Column("points", sa.BigInteger(), nullable=True),
        sa.Column("match", sa.String(length=32), nullable=True),
        sa.Column("request_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_traffic_record_owner_id_institution")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["vehicle_request.id"], name=op.f("fk_traffic_record_request_id_vehicle_request")
        ),
        sa.ForeignKeyConstraint(
            ["vehicle_id"], ["vehicle.id"], name=op.f("fk_traffic_record_vehicle_id_vehicle")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_traffic_record")),
        sa.UniqueConstraint("number", name=op.f("uq_traffic_record_number")),
    )
    with op.batch_alter_table("traffic_record", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_traffic_record_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_traffic_record_request_id"), ["request_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_traffic_record_vehicle_id"), ["vehicle_id"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("restore the backup from before the upgrade")
