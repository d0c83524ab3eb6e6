"""Plans, targets, quotas, appeals and the figures of each year."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "energy_quota",
        sa.Column("standard", sa.String(length=80), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("level", sa.String(length=32), nullable=False),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.Column("indicator", sa.String(length=32), nullable=False),
        sa.Column("constraint", sa.BigInteger(), nullable=False),
        sa.Column("base", sa.BigInteger(), nullable=True),
        sa.Column("guide", sa.BigInteger(), nullable=True),
        sa.Column("basis", sa.String(length=32), nullable=False),
        sa.Column("includes_heating", sa.Boolean(), nullable=False),
        sa.Column("includes_vehicle_fuel", sa.Boolean(), nullable=False),
        sa.Column("includes_data_centre", sa.Boolean(), nullable=False),
        sa.Column("corrections", sa.String(length=1000), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_energy_quota_owner_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_energy_quota")),
        sa.UniqueConstraint(
            "standard",
            "region",
            "kind",
            "level",
            "zone",
            "indicator",
            name=op.f("uq_energy_quota_standard_region_kind_level_zone_indicator"),
        ),
    )
    with op.batch_alter_table("energy_quota", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_energy_quota_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "key_user_designation",
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_key_user_designation_owner_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key_user_designation")),
    )
    with op.batch_alter_table("key_user_designation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_key_user_designation_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "quota_exemption",
        sa.Column("about", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_quota_exemption_owner_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quota_exemption")),
    )
    with op.batch_alter_table("quota_exemption", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_quota_exemption_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "separable_use",
        sa.Column("use", sa.String(length=32), nullable=False),
        sa.Column("points", sa.String(length=200), nullable=True),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_separable_use_owner_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_separable_use")),
    )
    with op.batch_alter_table("separable_use", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_separable_use_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "stated_total",
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("on_year", sa.BigInteger(), nullable=False),
        sa.Column("base_year", sa.BigInteger(), nullable=False),
        sa.Column("on_base", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_stated_total_owner_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stated_total")),
        sa.UniqueConstraint("owner_id", "year", name=op.f("uq_stated_total_owner_id_year")),
    )
    with op.batch_alter_table("stated_total", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stated_total_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "target_plan",
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("base_year", sa.BigInteger(), nullable=False),
        sa.Column("end_year", sa.BigInteger(), nullable=False),
        sa.Column("carbon_on", sa.Date(), nullable=False),
        sa.Column("document", sa.String(length=200), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_target_plan_owner_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target_plan")),
        sa.UniqueConstraint("title", name=op.f("uq_target_plan_title")),
    )
    with op.batch_alter_table("target_plan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_target_plan_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "energy_appeal",
        sa.Column("about", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=4000), nullable=False),
        sa.Column("building_id", sa.Integer(), nullable=True),
        sa.Column("filed_us", sa.BigInteger(), nullable=False),
        sa.Column("due_us", sa.BigInteger(), nullable=False),
        sa.Column("decision", sa.String(length=4000), nullable=True),
        sa.Column("decided_us", sa.BigInteger(), nullable=True),
        sa.Column("effect", sa.String(length=4000), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["building_id"], ["building.id"], name=op.f("fk_energy_appeal_building_id_building")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_energy_appeal_owner_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_energy_appeal")),
    )
    with op.batch_alter_table("energy_appeal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_energy_appeal_building_id"), ["building_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_energy_appeal_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "target",
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("node", sa.String(length=60), nullable=False),
        sa.Column("indicator", sa.String(length=32), nullable=False),
        sa.Column("reduction", sa.BigInteger(), nullable=True),
        sa.Column("base", sa.BigInteger(), nullable=True),
        sa.Column("base_basis", sa.String(length=32), nullable=True),
        sa.Column("document", sa.String(length=200), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_target_owner_id_institution")
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["target_plan.id"], name=op.f("fk_target_plan_id_target_plan")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target")),
        sa.UniqueConstraint("plan_id", "node", "indicator", name=op.f("uq_target_plan_id_node_indicator")),
    )
    with op.batch_alter_table("target", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_target_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_target_plan_id"), ["plan_id"], unique=False)

    op.create_table(
        "target_figure",
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("node", sa.String(length=400), nullable=False),
        sa.Column("indicator", sa.String(length=32), nullable=False),
        sa.Column("parent", sa.String(length=400), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("level", sa.String(length=16), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("denominator", sa.BigInteger(), nullable=True),
        sa.Column("actual", sa.BigInteger(), nullable=True),
        sa.Column("completeness", sa.Integer(), nullable=True),
        sa.Column("base", sa.BigInteger(), nullable=True),
        sa.Column("base_amount", sa.BigInteger(), nullable=True),
        sa.Column("base_stated", sa.Boolean(), nullable=False),
        sa.Column("reduction", sa.Integer(), nullable=True),
        sa.Column("reduction_from", sa.String(), nullable=False),
        sa.Column("target", sa.BigInteger(), nullable=True),
        sa.Column("linear", sa.BigInteger(), nullable=True),
        sa.Column("compound", sa.BigInteger(), nullable=True),
        sa.Column("attained", sa.BigInteger(), nullable=True),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("expected", sa.BigInteger(), nullable=True),
        sa.Column("low", sa.BigInteger(), nullable=True),
        sa.Column("high", sa.BigInteger(), nullable=True),
        sa.Column("warned_on", sa.Date(), nullable=True),
        sa.Column("is_certain", sa.Boolean(), nullable=False),
        sa.Column("before", sa.BigInteger(), nullable=True),
        sa.Column("reason_zh", sa.String(), nullable=False),
        sa.Column("reason_en", sa.String(), nullable=False),
        sa.Column("score", sa.BigInteger(), nullable=True),
        sa.Column("score_low", sa.BigInteger(), nullable=True),
        sa.Column("score_high", sa.BigInteger(), nullable=True),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.Column("order_low", sa.Integer(), nullable=True),
        sa.Column("order_high", sa.Integer(), nullable=True),
        sa.Column("tied", sa.Integer(), nullable=True),
        sa.Column("peers", sa.Integer(), nullable=True),
        sa.Column("withheld", sa.String(length=40), nullable=False),
        sa.Column("made_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["target_plan.id"], name=op.f("fk_target_figure_plan_id_target_plan")
        ),
        sa.PrimaryKeyConstraint("plan_id", "year", "node", "indicator", name=op.f("pk_target_figure")),
    )
    with op.batch_alter_table("target_figure", schema=None) as batch_op:
        batch_op.create_index(
            "target_figure_parent", ["plan_id", "year", "parent", "indicator"], unique=False
        )
        batch_op.create_index(
            "target_figure_peers", ["plan_id", "year", "indicator", "kind", "level"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("target_figure", schema=None) as batch_op:
        batch_op.drop_index("target_figure_peers")
        batch_op.drop_index("target_figure_parent")

    op.drop_table("target_figure")
    with op.batch_alter_table("target", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_target_plan_id"))
        batch_op.drop_index(batch_op.f("ix_target_owner_id"))

    op.drop_table("target")
    with op.batch_alter_table("energy_appeal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_energy_appeal_owner_id"))
        batch_op.drop_index(batch_op.f("ix_energy_appeal_building_id"))

    op.drop_table("energy_appeal")
    with op.batch_alter_table("target_plan", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_target_plan_owner_id"))

    op.drop_table("target_plan")
    with op.batch_alter_table("stated_total", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stated_total_owner_id"))

    op.drop_table("stated_total")
    with op.batch_alter_table("separable_use", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_separable_use_owner_id"))

    op.drop_table("separable_use")
    with op.batch_alter_table("quota_exemption", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_quota_exemption_owner_id"))

    op.drop_table("quota_exemption")
    with op.batch_alter_table("key_user_designation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_key_user_designation_owner_id"))

    op.drop_table("key_user_designation")
    with op.batch_alter_table("energy_quota", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_energy_quota_owner_id"))

    op.drop_table("energy_quota")
