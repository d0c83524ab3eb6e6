"""Tokens of machines; grants that are another's, lent for a while."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "service_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_us", sa.BigInteger(), nullable=False),
        sa.Column("expires_us", sa.BigInteger(), nullable=False),
        sa.Column("used_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_service_token_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_service_token_token_hash")),
    )
    op.create_index(op.f("ix_service_token_account_id"), "service_token", ["account_id"])
    with op.batch_alter_table("role_grant") as table:
        table.add_column(sa.Column("delegated_id", sa.Integer(), nullable=True))
        table.create_foreign_key(
            op.f("fk_role_grant_delegated_id_role_grant"), "role_grant", ["delegated_id"], ["id"]
        )


def downgrade() -> None:
    raise NotImplementedError("restore the backup from before the upgrade")
