"""PV plants, measured irradiation, and what is suspected."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pv_plant",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("building_id", sa.Integer(), nullable=True),
        sa.Column("capacity", sa.BigInteger(), nullable=False),
        sa.Column("mode", sa.String(length=32), nullable=False),
        sa.Column("tilt", sa.BigInteger(), nullable=True),
        sa.Column("azimuth", sa.BigInteger(), nullable=True),
        sa.Column("latitude", sa.BigInteger(), nullable=True),
        sa.Column("longitude", sa.BigInteger(), nullable=True),
        sa.Column("commissioned_on", sa.Date(), nullable=True),
        sa.Column("generation_points", sa.String(length=200), nullable=True),
        sa.Column("export_points", sa.String(length=200), nullable=True),
        sa.Column("import_points", sa.String(length=200), nullable=True),
        sa.Column("investment", sa.String(length=32), nullable=False),
        sa.Column("investor", sa.String(length=120), nullable=True),
        sa.Column("contract", sa.String(length=60), nullable=True),
        sa.Column("contract_until", sa.Date(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["building_id"], ["building.id"], name=op.f("fk_pv_plant_building_id_building")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_pv_plant_owner_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pv_plant")),
        sa.UniqueConstraint("code", name=op.f("uq_pv_plant_code")),
    )
    with op.batch_alter_table("pv_plant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pv_plant_building_id"), ["building_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_pv_plant_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "pv_finding",
        sa.Column("plant_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("found_on", sa.Date(), nullable=False),
        sa.Column("lost_share", sa.BigInteger(), nullable=False),
        sa.Column("lost", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.String(length=4000), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_pv_finding_owner_id_institution")
        ),
        sa.ForeignKeyConstraint(["plant_id"], ["pv_plant.id"], name=op.f("fk_pv_finding_plant_id_pv_plant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pv_finding")),
    )
    with op.batch_alter_table("pv_finding", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pv_finding_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_pv_finding_plant_id"), ["plant_id"], unique=False)

    op.create_table(
        "pv_irradiation",
        sa.Column("plant_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("month", sa.BigInteger(), nullable=False),
        sa.Column("plane", sa.BigInteger(), nullable=False),
        sa.Column("sensor", sa.String(length=120), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_pv_irradiation_owner_id_institution")
        ),
        sa.ForeignKeyConstraint(
            ["plant_id"], ["pv_plant.id"], name=op.f("fk_pv_irradiation_plant_id_pv_plant")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pv_irradiation")),
        sa.UniqueConstraint("plant_id", "year", "month", name=op.f("uq_pv_irradiation_plant_id_year_month")),
    )
    with op.batch_alter_table("pv_irradiation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pv_irradiation_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_pv_irradiation_plant_id"), ["plant_id"], unique=False)

    op.create_table(
        "pv_clear_sky",
        sa.Column("plant_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("micro", sa.BigInteger(), nullable=False),
        sa.Column("made_of", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["plant_id"], ["pv_plant.id"], name=op.f("fk_pv_clear_sky_plant_id_pv_plant")
        ),
        sa.PrimaryKeyConstraint("plant_id", "month", name=op.f("pk_pv_clear_sky")),
    )


def downgrade() -> None:
    op.drop_table("pv_clear_sky")
    with op.batch_alter_table("pv_irradiation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pv_irradiation_plant_id"))
        batch_op.drop_index(batch_op.f("ix_pv_irradiation_owner_id"))

    op.drop_table("pv_irradiation")
    with op.batch_alter_table("pv_finding", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pv_finding_plant_id"))
        batch_op.drop_index(batch_op.f("ix_pv_finding_owner_id"))

    op.drop_table("pv_finding")
    with op.batch_alter_table("pv_plant", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pv_plant_owner_id"))
        batch_op.drop_index(batch_op.f("ix_pv_plant_building_id"))

    op.drop_table("pv_plant")
