"""Retrofit projects, frozen baselines, settlements, outdoor temperature."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

# all but whose it is: a merger hands it on
FROZEN = (
    'project_id, version, first_on, last_on, points, unit, hours, "use", model, parameters, cvrmse, nmbe, '
    "coefficients, temperature, data_hash, frozen_us, frozen_by, reason, data"
)


def upgrade() -> None:
    op.create_table(
        "outdoor_temperature",
        sa.Column("region_code", sa.String(length=6), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("centi", sa.BigInteger(), nullable=False),
        sa.Column("is_hourly", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name=op.f("fk_outdoor_temperature_region_code_region")
        ),
        sa.PrimaryKeyConstraint("region_code", "hour", name=op.f("pk_outdoor_temperature")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "retrofit_project",
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("building_id", sa.Integer(), nullable=True),
        sa.Column("points", sa.String(length=200), nullable=True),
        sa.Column("audit", sa.String(length=4000), nullable=True),
        sa.Column("investment", sa.BigInteger(), nullable=True),
        sa.Column("terms", sa.String(length=32), nullable=False),
        sa.Column("decision", sa.String(length=200), nullable=True),
        sa.Column("provider", sa.String(length=120), nullable=True),
        sa.Column("contract", sa.String(length=60), nullable=True),
        sa.Column("price", sa.BigInteger(), nullable=True),
        sa.Column("shares", sa.String(length=200), nullable=True),
        sa.Column("fee", sa.BigInteger(), nullable=True),
        sa.Column("guarantee", sa.BigInteger(), nullable=True),
        sa.Column("compensation", sa.BigInteger(), nullable=True),
        sa.Column("bonus", sa.BigInteger(), nullable=True),
        sa.Column("baseline_cost", sa.BigInteger(), nullable=True),
        sa.Column("rents", sa.String(length=200), nullable=True),
        sa.Column("works_on", sa.Date(), nullable=True),
        sa.Column("reporting_on", sa.Date(), nullable=True),
        sa.Column("dropped", sa.String(length=4000), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["building_id"], ["building.id"], name=op.f("fk_retrofit_project_building_id_building")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_retrofit_project_owner_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retrofit_project")),
        sa.UniqueConstraint("number", name=op.f("uq_retrofit_project_number")),
    )
    with op.batch_alter_table("retrofit_project", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_retrofit_project_building_id"), ["building_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_retrofit_project_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "retrofit_adjustment",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("per_day", sa.BigInteger(), nullable=True),
        sa.Column("factor", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_retrofit_adjustment_owner_id_institution")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["retrofit_project.id"],
            name=op.f("fk_retrofit_adjustment_project_id_retrofit_project"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retrofit_adjustment")),
    )
    with op.batch_alter_table("retrofit_adjustment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_retrofit_adjustment_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_retrofit_adjustment_project_id"), ["project_id"], unique=False)

    op.create_table(
        "retrofit_baseline",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("points", sa.String(length=200), nullable=False),
        sa.Column("unit", sa.String(length=10), nullable=False),
        sa.Column("hours", sa.BigInteger(), nullable=False),
        sa.Column("use", sa.BigInteger(), nullable=False),
        sa.Column("model", sa.String(length=200), nullable=False),
        sa.Column("parameters", sa.BigInteger(), nullable=False),
        sa.Column("cvrmse", sa.BigInteger(), nullable=True),
        sa.Column("nmbe", sa.BigInteger(), nullable=True),
        sa.Column("coefficients", sa.String(length=200000), nullable=False),
        sa.Column("temperature", sa.String(length=200), nullable=False),
        sa.Column("data_hash", sa.String(length=200), nullable=False),
        sa.Column("frozen_us", sa.BigInteger(), nullable=False),
        sa.Column("frozen_by", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=4000), nullable=True),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_retrofit_baseline_owner_id_institution")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["retrofit_project.id"],
            name=op.f("fk_retrofit_baseline_project_id_retrofit_project"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retrofit_baseline")),
        sa.UniqueConstraint("project_id", "version", name=op.f("uq_retrofit_baseline_project_id_version")),
    )
    with op.batch_alter_table("retrofit_baseline", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_retrofit_baseline_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_retrofit_baseline_project_id"), ["project_id"], unique=False)

    op.create_table(
        "retrofit_settlement",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("claimed", sa.BigInteger(), nullable=True),
        sa.Column("energy_cost", sa.BigInteger(), nullable=True),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("baseline_id", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(length=10), nullable=False),
        sa.Column("adjusted", sa.BigInteger(), nullable=False),
        sa.Column("use", sa.BigInteger(), nullable=False),
        sa.Column("saving", sa.BigInteger(), nullable=False),
        sa.Column("low", sa.BigInteger(), nullable=False),
        sa.Column("high", sa.BigInteger(), nullable=False),
        sa.Column("difference", sa.BigInteger(), nullable=True),
        sa.Column("coverage", sa.BigInteger(), nullable=False),
        sa.Column("concerns", sa.String(length=4000), nullable=True),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("payment", sa.BigInteger(), nullable=False),
        sa.Column("client", sa.BigInteger(), nullable=False),
        sa.Column("provider", sa.BigInteger(), nullable=False),
        sa.Column("shortfall", sa.BigInteger(), nullable=False),
        sa.Column("data_hash", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["baseline_id"],
            ["retrofit_baseline.id"],
            name=op.f("fk_retrofit_settlement_baseline_id_retrofit_baseline"),
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_retrofit_settlement_owner_id_institution")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["retrofit_project.id"],
            name=op.f("fk_retrofit_settlement_project_id_retrofit_project"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retrofit_settlement")),
    )
    with op.batch_alter_table("retrofit_settlement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_retrofit_settlement_baseline_id"), ["baseline_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_retrofit_settlement_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_retrofit_settlement_project_id"), ["project_id"], unique=False)

    # a frozen baseline stays as it was frozen; freezing anew is another row
    if op.get_bind().dialect.name == "sqlite":
        for name, deed in (("update", f"UPDATE OF {FROZEN}"), ("delete", "DELETE")):
            op.execute(
                f"CREATE TRIGGER retrofit_baseline_no_{name} BEFORE {deed} ON retrofit_baseline "
                "BEGIN SELECT RAISE(ABORT, 'retrofit_baseline is only added to'); END"
            )
    else:
        op.execute(
            f"CREATE TRIGGER retrofit_baseline_no_change BEFORE UPDATE OF {FROZEN} OR DELETE OR TRUNCATE "
            "ON retrofit_baseline EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    with op.batch_alter_table("retrofit_settlement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_retrofit_settlement_baseline_id"))
        batch_op.drop_index(batch_op.f("ix_retrofit_settlement_owner_id"))
        batch_op.drop_index(batch_op.f("ix_retrofit_settlement_project_id"))

    op.drop_table("retrofit_settlement")
    with op.batch_alter_table("retrofit_baseline", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_retrofit_baseline_owner_id"))
        batch_op.drop_index(batch_op.f("ix_retrofit_baseline_project_id"))

    op.drop_table("retrofit_baseline")
    with op.batch_alter_table("retrofit_adjustment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_retrofit_adjustment_owner_id"))
        batch_op.drop_index(batch_op.f("ix_retrofit_adjustment_project_id"))

    op.drop_table("retrofit_adjustment")
    with op.batch_alter_table("retrofit_project", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_retrofit_project_building_id"))
        batch_op.drop_index(batch_op.f("ix_retrofit_project_owner_id"))

    op.drop_table("retrofit_project")
    op.drop_table("outdoor_temperature")
