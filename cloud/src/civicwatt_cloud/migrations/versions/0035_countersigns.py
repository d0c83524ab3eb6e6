"""Whom a row of a workflow asks for an opinion (加签)."""

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

COLUMN = "asked_id INTEGER CONSTRAINT fk_workflow_step_asked_id_account REFERENCES account (id)"


def upgrade() -> None:
    op.execute(f"ALTER TABLE workflow_step ADD COLUMN {COLUMN}")  # in place: its triggers stay
    op.create_index("ix_workflow_step_asked_id", "workflow_step", ["asked_id"])


def downgrade() -> None:
    op.drop_index("ix_workflow_step_asked_id", "workflow_step")
    op.execute("ALTER TABLE workflow_step DROP COLUMN asked_id")
