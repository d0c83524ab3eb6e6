"""The steps of workflows are only ever added: the database refuses to change or delete one."""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for deed in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER workflow_step_no_{deed.lower()} BEFORE {deed} ON workflow_step "
                "BEGIN SELECT RAISE(ABORT, 'workflow_step is only added to'); END"
            )
    else:
        op.execute(
            "CREATE TRIGGER workflow_step_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON workflow_step "
            "EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    raise NotImplementedError("restore the backup from before the upgrade")
