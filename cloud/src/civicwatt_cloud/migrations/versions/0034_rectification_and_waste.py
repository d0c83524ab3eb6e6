"""Rectification notices, waste, charging piles, campaigns."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "car_park",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("spaces", sa.BigInteger(), nullable=False),
        sa.Column("fast_piles", sa.BigInteger(), nullable=False),
        sa.Column("slow_piles", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_car_park_owner_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_car_park")),
    )
    with op.batch_alter_table("car_park", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_car_park_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "rectification_notice",
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("findings", sa.String(length=4000), nullable=False),
        sa.Column("demanded", sa.String(length=4000), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("answer", sa.String(length=4000), nullable=True),
        sa.Column("checked", sa.String(length=4000), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_rectification_notice_owner_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rectification_notice")),
    )
    with op.batch_alter_table("rectification_notice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rectification_notice_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "saving_campaign",
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("participants", sa.BigInteger(), nullable=True),
        sa.Column("summary", sa.String(length=4000), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_saving_campaign_owner_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saving_campaign")),
    )
    with op.batch_alter_table("saving_campaign", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_saving_campaign_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "waste_bin",
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_waste_bin_owner_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waste_bin")),
    )
    with op.batch_alter_table("waste_bin", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_waste_bin_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "waste_recycler",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("licence", sa.String(length=80), nullable=False),
        sa.Column("licence_until", sa.Date(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_waste_recycler_owner_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waste_recycler")),
        sa.UniqueConstraint("owner_id", "name", name=op.f("uq_waste_recycler_owner_id_name")),
    )
    with op.batch_alter_table("waste_recycler", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_waste_recycler_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "waste_collection",
        sa.Column("ticket", sa.String(length=60), nullable=False),
        sa.Column("collected_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("weight", sa.BigInteger(), nullable=False),
        sa.Column("recycler_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_waste_collection_owner_id_institution")
        ),
        sa.ForeignKeyConstraint(
            ["recycler_id"],
            ["waste_recycler.id"],
            name=op.f("fk_waste_collection_recycler_id_waste_recycler"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waste_collection")),
        sa.UniqueConstraint("owner_id", "ticket", name=op.f("uq_waste_collection_owner_id_ticket")),
    )
    with op.batch_alter_table("waste_collection", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_waste_collection_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_waste_collection_recycler_id"), ["recycler_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("waste_collection", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_waste_collection_owner_id"))
        batch_op.drop_index(batch_op.f("ix_waste_collection_recycler_id"))

    op.drop_table("waste_collection")
    with op.batch_alter_table("waste_recycler", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_waste_recycler_owner_id"))

    op.drop_table("waste_recycler")
    with op.batch_alter_table("waste_bin", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_waste_bin_owner_id"))

    op.drop_table("waste_bin")
    with op.batch_alter_table("saving_campaign", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_saving_campaign_owner_id"))

    op.drop_table("saving_campaign")
    with op.batch_alter_table("rectification_notice", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rectification_notice_owner_id"))

    op.drop_table("rectification_notice")
    with op.batch_alter_table("car_park", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_car_park_owner_id"))

    op.drop_table("car_park")
