"""Births of gateways, known to all workers; what was set aside can be replayed."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("gateway") as table:
        table.add_column(sa.Column("bd_seq", sa.BigInteger(), nullable=True))
    with op.batch_alter_table("quarantine") as table:
        table.add_column(sa.Column("replay_asked_us", sa.BigInteger(), nullable=True))
        table.add_column(sa.Column("replayed_us", sa.BigInteger(), nullable=True))
        table.add_column(sa.Column("outcome", sa.String(length=12), nullable=True))
        table.create_index(op.f("ix_quarantine_replay_asked_us"), ["replay_asked_us"])


def downgrade() -> None:
    with op.batch_alter_table("quarantine") as table:
        table.drop_index(op.f("ix_quarantine_replay_asked_us"))
        table.drop_column("outcome")
        table.drop_column("replayed_us")
        table.drop_column("replay_asked_us")
    with op.batch_alter_table("gateway") as table:
        table.drop_column("bd_seq")
