"""What a meter read by hand showed at both ends of a bill."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

COLUMNS = ("opening_micro", "closing_micro")


def upgrade() -> None:
    """The readings of bills entered before are not known."""
    for column in COLUMNS:
        op.add_column("bill", sa.Column(column, sa.BigInteger(), nullable=True))


def downgrade() -> None:
    for column in COLUMNS:
        op.drop_column("bill", column)
