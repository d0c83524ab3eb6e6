"""Vehicles are asked for, sent out and come back: requests, drivers, pools with rosters, campaigns."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "driver",
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("employer", sa.String(length=32), nullable=False),
        sa.Column("company", sa.String(length=120), nullable=True),
        sa.Column("licence", sa.String(length=32), nullable=False),
        sa.Column("licence_until", sa.Date(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_driver_owner_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_driver")),
        sa.UniqueConstraint("number", name=op.f("uq_driver_number")),
    )
    with op.batch_alter_table("driver", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_driver_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "emergency_campaign",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("to_day", sa.Date(), nullable=True),
        sa.Column("region_code", sa.String(length=6), nullable=False),
        sa.Column("document", sa.String(length=200), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_emergency_campaign_owner_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emergency_campaign")),
        sa.UniqueConstraint("owner_id", "name", name=op.f("uq_emergency_campaign_owner_id_name")),
    )
    with op.batch_alter_table("emergency_campaign", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_emergency_campaign_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "vehicle_pool",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("is_all_day", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_vehicle_pool_owner_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vehicle_pool")),
        sa.UniqueConstraint("owner_id", "name", name=op.f("uq_vehicle_pool_owner_id_name")),
    )
    with op.batch_alter_table("vehicle_pool", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_vehicle_pool_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "pool_duty",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("pool_id", sa.Integer(), nullable=False),
        sa.Column("vehicle_id", sa.Integer(), nullable=False),
        sa.Column("driver_id", sa.Integer(), nullable=True),
        sa.Column("from_us", sa.BigInteger(), nullable=False),
        sa.Column("to_us", sa.BigInteger(), nullable=False),
        sa.Column("permit_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["driver_id"], ["driver.id"], name=op.f("fk_pool_duty_driver_id_driver")),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_pool_duty_owner_id_institution")
        ),
        sa.ForeignKeyConstraint(
            ["permit_id"], ["unseal_permit.id"], name=op.f("fk_pool_duty_permit_id_unseal_permit")
        ),
        sa.ForeignKeyConstraint(
            ["pool_id"], ["vehicle_pool.id"], name=op.f("fk_pool_duty_pool_id_vehicle_pool")
        ),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicle.id"], name=op.f("fk_pool_duty_vehicle_id_vehicle")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pool_duty")),
    )
    with op.batch_alter_table("pool_duty", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pool_duty_driver_id"), ["driver_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_pool_duty_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_pool_duty_permit_id"), ["permit_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_pool_duty_pool_id"), ["pool_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_pool_duty_vehicle_id"), ["vehicle_id"], unique=False)

    op.create_table(
        "vehicle_request",
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("passengers", sa.BigInteger(), nullable=False),
        sa.Column("from_us", sa.BigInteger(), nullable=False),
        sa.Column("to_us", sa.BigInteger(), nullable=False),
        sa.Column("destination", sa.String(length=120), nullable=False),
        sa.Column("planned_m", sa.BigInteger(), nullable=False),
        sa.Column("counties", sa.String(length=200), nullable=True),
        sa.Column("pickup", sa.String(length=40), nullable=True),
        sa.Column("route_id", sa.Integer(), nullable=True),
        sa.Column("campaign_id", sa.Integer(), nullable=True),
        sa.Column("is_emergency", sa.Boolean(), nullable=False),
        sa.Column("papers_due_us", sa.BigInteger(), nullable=True),
        sa.Column("papers_us", sa.BigInteger(), nullable=True),
        sa.Column("vehicle_id", sa.Integer(), nullable=True),
        sa.Column("driver_id", sa.Integer(), nullable=True),
        sa.Column("deadhead_m", sa.BigInteger(), nullable=True),
        sa.Column("permit_id", sa.Integer(), nullable=True),
        sa.Column("departed_us", sa.BigInteger(), nullable=True),
        sa.Column("returned_us", sa.BigInteger(), nullable=True),
        sa.Column("claimed_m", sa.BigInteger(), nullable=True),
        sa.Column("fuel", sa.BigInteger(), nullable=True),
        sa.Column("fuel_cost", sa.BigInteger(), nullable=True),
        sa.Column("tolls", sa.BigInteger(), nullable=True),
        sa.Column("score", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.String(length=4000), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["emergency_campaign.id"],
            name=op.f("fk_vehicle_request_campaign_id_emergency_campaign"),
        ),
        sa.ForeignKeyConstraint(
            ["driver_id"], ["driver.id"], name=op.f("fk_vehicle_request_driver_id_driver")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_vehicle_request_owner_id_institution")
        ),
        sa.ForeignKeyConstraint(
            ["permit_id"], ["unseal_permit.id"], name=op.f("fk_vehicle_request_permit_id_unseal_permit")
        ),
        sa.ForeignKeyConstraint(["route_id"], ["fence.id"], name=op.f("fk_vehicle_request_route_id_fence")),
        sa.ForeignKeyConstraint(
            ["vehicle_id"], ["vehicle.id"], name=op.f("fk_vehicle_request_vehicle_id_vehicle")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vehicle_request")),
        sa.UniqueConstraint("number", name=op.f("uq_vehicle_request_number")),
    )
    with op.batch_alter_table("vehicle_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_vehicle_request_campaign_id"), ["campaign_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_vehicle_request_driver_id"), ["driver_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_vehicle_request_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_vehicle_request_permit_id"), ["permit_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_vehicle_request_route_id"), ["route_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_vehicle_request_vehicle_id"), ["vehicle_id"], unique=False)

    with op.batch_alter_table("vehicle", schema=None) as batch_op:
        batch_op.add_column(sa.Column("pool_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("seats", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("licence", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("range_m", sa.BigInteger(), nullable=True))
        batch_op.create_index(batch_op.f("ix_vehicle_pool_id"), ["pool_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_vehicle_pool_id_vehicle_pool"), "vehicle_pool", ["pool_id"], ["id"]
        )


def downgrade() -> None:
    raise NotImplementedError("restore the backup from before the upgrade")
