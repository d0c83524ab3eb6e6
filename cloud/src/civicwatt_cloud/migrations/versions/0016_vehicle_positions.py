"""Vehicles, their fences and positions, trips, stops and events."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fence",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("shape", sa.String(length=32), nullable=False),
        sa.Column("system", sa.String(length=32), nullable=False),
        sa.Column("places", sa.String(length=4000), nullable=False),
        sa.Column("width_m", sa.BigInteger(), nullable=True),
        sa.Column("rule", sa.String(length=32), nullable=False),
        sa.Column("calendar", sa.String(length=32), nullable=False),
        sa.Column("is_for_all", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["owner_id"], ["institution.id"], name=op.f("fk_fence_owner_id_institution")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fence")),
    )
    with op.batch_alter_table("fence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fence_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "vehicle",
        sa.Column("plate", sa.String(length=16), nullable=False),
        sa.Column("vin", sa.String(length=17), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("terminal_phone", sa.String(length=20), nullable=True),
        sa.Column("home_fence_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["home_fence_id"], ["fence.id"], name=op.f("fk_vehicle_home_fence_id_fence")),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_vehicle_owner_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vehicle")),
        sa.UniqueConstraint("plate", name=op.f("uq_vehicle_plate")),
        sa.UniqueConstraint("terminal_phone", name=op.f("uq_vehicle_terminal_phone")),
        sa.UniqueConstraint("vin", name=op.f("uq_vehicle_vin")),
    )
    with op.batch_alter_table("vehicle", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_vehicle_home_fence_id"), ["home_fence_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_vehicle_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "position",
        sa.Column("vehicle_id", sa.Integer(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("received_us", sa.BigInteger(), nullable=False),
        sa.Column("latitude_micro", sa.Integer(), nullable=False),
        sa.Column("longitude_micro", sa.Integer(), nullable=False),
        sa.Column("speed_hm_h", sa.Integer(), nullable=False),
        sa.Column("course_deg", sa.Integer(), nullable=False),
        sa.Column("altitude_m", sa.Integer(), nullable=False),
        sa.Column("accuracy_m", sa.Integer(), nullable=True),
        sa.Column("is_on", sa.Boolean(), nullable=True),
        sa.Column("mileage_hm", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("filtered", sa.String(length=16), nullable=True),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicle.id"], name=op.f("fk_position_vehicle_id_vehicle")),
        sa.PrimaryKeyConstraint("vehicle_id", "at_us", name=op.f("pk_position")),
    )
    with op.batch_alter_table("position", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_position_received_us"), ["received_us"], unique=False)

    op.create_table(
        "stop",
        sa.Column("vehicle_id", sa.Integer(), nullable=False),
        sa.Column("started_us", sa.BigInteger(), nullable=False),
        sa.Column("ended_us", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["owner_id"], ["institution.id"], name=op.f("fk_stop_owner_id_institution")),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicle.id"], name=op.f("fk_stop_vehicle_id_vehicle")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stop")),
    )
    with op.batch_alter_table("stop", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stop_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_stop_vehicle_id"), ["vehicle_id"], unique=False)
        batch_op.create_index("stop_vehicle", ["vehicle_id", "started_us"], unique=True)

    op.create_table(
        "terminal",
        sa.Column("vehicle_id", sa.Integer(), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("maker", sa.String(length=60), nullable=False),
        sa.Column("model", sa.String(length=60), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("registered_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicle.id"], name=op.f("fk_terminal_vehicle_id_vehicle")),
        sa.PrimaryKeyConstraint("vehicle_id", name=op.f("pk_terminal")),
    )
    op.create_table(
        "trip",
        sa.Column("vehicle_id", sa.Integer(), nullable=False),
        sa.Column("started_us", sa.BigInteger(), nullable=False),
        sa.Column("ended_us", sa.BigInteger(), nullable=False),
        sa.Column("distance_m", sa.BigInteger(), nullable=False),
        sa.Column("from_place", sa.String(length=40), nullable=False),
        sa.Column("to_place", sa.String(length=40), nullable=False),
        sa.Column("is_gap", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["owner_id"], ["institution.id"], name=op.f("fk_trip_owner_id_institution")),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicle.id"], name=op.f("fk_trip_vehicle_id_vehicle")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trip")),
    )
    with op.batch_alter_table("trip", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_trip_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_trip_vehicle_id"), ["vehicle_id"], unique=False)
        batch_op.create_index("trip_vehicle", ["vehicle_id", "started_us"], unique=True)

    op.create_table(
        "unseal_permit",
        sa.Column("vehicle_id", sa.Integer(), nullable=False),
        sa.Column("from_us", sa.BigInteger(), nullable=False),
        sa.Column("to_us", sa.BigInteger(), nullable=False),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_unseal_permit_owner_id_institution")
        ),
        sa.ForeignKeyConstraint(
            ["vehicle_id"], ["vehicle.id"], name=op.f("fk_unseal_permit_vehicle_id_vehicle")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unseal_permit")),
    )
    with op.batch_alter_table("unseal_permit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unseal_permit_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_unseal_permit_vehicle_id"), ["vehicle_id"], unique=False)

    op.create_table(
        "vehicle_condition",
        sa.Column("vehicle_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("fence_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("since_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vehicle_id"], ["vehicle.id"], name=op.f("fk_vehicle_condition_vehicle_id_vehicle")
        ),
        sa.PrimaryKeyConstraint("vehicle_id", "kind", "fence_id", name=op.f("pk_vehicle_condition")),
    )
    op.create_table(
        "vehicle_event",
        sa.Column("vehicle_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("is_violation", sa.Boolean(), nullable=False),
        sa.Column("fence_id", sa.Integer(), nullable=True),
        sa.Column("distance_m", sa.BigInteger(), nullable=True),
        sa.Column("severity", sa.String(length=32), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["fence_id"], ["fence.id"], name=op.f("fk_vehicle_event_fence_id_fence")),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_vehicle_event_owner_id_institution")
        ),
        sa.ForeignKeyConstraint(
            ["vehicle_id"], ["vehicle.id"], name=op.f("fk_vehicle_event_vehicle_id_vehicle")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vehicle_event")),
    )
    with op.batch_alter_table("vehicle_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_vehicle_event_fence_id"), ["fence_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_vehicle_event_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_vehicle_event_vehicle_id"), ["vehicle_id"], unique=False)
        batch_op.create_index("vehicle_event_vehicle", ["vehicle_id", "at_us"], unique=False)

    op.create_table(
        "vehicle_live",
        sa.Column("vehicle_id", sa.Integer(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vehicle_id"], ["vehicle.id"], name=op.f("fk_vehicle_live_vehicle_id_vehicle")
        ),
        sa.PrimaryKeyConstraint("vehicle_id", name=op.f("pk_vehicle_live")),
    )


def downgrade() -> None:
    op.drop_table("vehicle_live")
    with op.batch_alter_table("vehicle_event", schema=None) as batch_op:
        batch_op.drop_index("vehicle_event_vehicle")
        batch_op.drop_index(batch_op.f("ix_vehicle_event_vehicle_id"))
        batch_op.drop_index(batch_op.f("ix_vehicle_event_owner_id"))
        batch_op.drop_index(batch_op.f("ix_vehicle_event_fence_id"))

    op.drop_table("vehicle_event")
    op.drop_table("vehicle_condition")
    with op.batch_alter_table("unseal_permit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unseal_permit_vehicle_id"))
        batch_op.drop_index(batch_op.f("ix_unseal_permit_owner_id"))

    op.drop_table("unseal_permit")
    with op.batch_alter_table("trip", schema=None) as batch_op:
        batch_op.drop_index("trip_vehicle")
        batch_op.drop_index(batch_op.f("ix_trip_vehicle_id"))
        batch_op.drop_index(batch_op.f("ix_trip_owner_id"))

    op.drop_table("trip")
    op.drop_table("terminal")
    with op.batch_alter_table("stop", schema=None) as batch_op:
        batch_op.drop_index("stop_vehicle")
        batch_op.drop_index(batch_op.f("ix_stop_vehicle_id"))
        batch_op.drop_index(batch_op.f("ix_stop_owner_id"))

    op.drop_table("stop")
    with op.batch_alter_table("position", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_position_received_us"))

    op.drop_table("position")
    with op.batch_alter_table("vehicle", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_vehicle_owner_id"))
        batch_op.drop_index(batch_op.f("ix_vehicle_home_fence_id"))

    op.drop_table("vehicle")
    with op.batch_alter_table("fence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_fence_owner_id"))

    op.drop_table("fence")
