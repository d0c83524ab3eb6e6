"""Creation and certification: schemes of one's own, answers, lots."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "certification",
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=True),
        sa.Column("grade", sa.String(length=32), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("plan", sa.String(length=4000), nullable=True),
        sa.Column("self_score", sa.BigInteger(), nullable=True),
        sa.Column("self_outcome", sa.String(length=32), nullable=True),
        sa.Column("check_note", sa.String(length=4000), nullable=True),
        sa.Column("expert_score", sa.BigInteger(), nullable=True),
        sa.Column("visit_note", sa.String(length=4000), nullable=True),
        sa.Column("publicity_until", sa.Date(), nullable=True),
        sa.Column("awarded_on", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("recheck_on", sa.Date(), nullable=True),
        sa.Column("recheck_note", sa.String(length=4000), nullable=True),
        sa.Column("rectify_until", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("scored", sa.Text(), nullable=True),
        sa.Column("token", sa.String(length=43), nullable=True),
        sa.Column("shown", sa.Text(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_certification_owner_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certification")),
        sa.UniqueConstraint("number", name=op.f("uq_certification_number")),
        sa.UniqueConstraint("token", name=op.f("uq_certification_token")),
    )
    with op.batch_alter_table("certification", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_certification_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "certification_draw",
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("seed", sa.String(length=80), nullable=False),
        sa.Column("certified", sa.BigInteger(), nullable=False),
        sa.Column("by_risk", sa.String(length=4000), nullable=False),
        sa.Column("by_chance", sa.String(length=4000), nullable=False),
        sa.Column("population", sa.String(length=400000), nullable=False),
        sa.Column("finding", sa.String(length=4000), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_certification_draw_owner_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certification_draw")),
    )
    with op.batch_alter_table("certification_draw", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_certification_draw_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "certification_item",
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("section", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("star", sa.Boolean(), nullable=False),
        sa.Column("is_condition", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_certification_item_owner_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certification_item")),
    )
    with op.batch_alter_table("certification_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_certification_item_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "certification_scheme",
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("pass_mark", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_certification_scheme_owner_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certification_scheme")),
    )
    with op.batch_alter_table("certification_scheme", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_certification_scheme_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "certification_answer",
        sa.Column("certification_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("most", sa.BigInteger(), nullable=False),
        sa.Column("is_veto", sa.Boolean(), nullable=False),
        sa.Column("claimed", sa.BigInteger(), nullable=True),
        sa.Column("document", sa.String(length=200), nullable=True),
        sa.Column("explanation", sa.String(length=4000), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(length=16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["certification_id"],
            ["certification.id"],
            name=op.f("fk_certification_answer_certification_id_certification"),
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["institution.id"], name=op.f("fk_certification_answer_owner_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certification_answer")),
        sa.UniqueConstraint(
            "certification_id", "item", name=op.f("uq_certification_answer_certification_id_item")
        ),
    )
    with op.batch_alter_table("certification_answer", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_certification_answer_certification_id"), ["certification_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_certification_answer_owner_id"), ["owner_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("certification_answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_certification_answer_owner_id"))
        batch_op.drop_index(batch_op.f("ix_certification_answer_certification_id"))

    op.drop_table("certification_answer")
    with op.batch_alter_table("certification_scheme", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_certification_scheme_owner_id"))

    op.drop_table("certification_scheme")
    with op.batch_alter_table("certification_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_certification_item_owner_id"))

    op.drop_table("certification_item")
    with op.batch_alter_table("certification_draw", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_certification_draw_owner_id"))

    op.drop_table("certification_draw")
    with op.batch_alter_table("certification", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_certification_owner_id"))

    op.drop_table("certification")
