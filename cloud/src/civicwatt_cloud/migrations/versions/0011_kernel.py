"""The administrative kernel: the organisation tree, grants, the chained audit, workflow steps, events."""

import hashlib
import json
from urllib.parse import quote

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BEGINNING = "sha256:" + "0" * 64


def upgrade() -> None:
    _tree()
    _grants()
    _audit()
    op.create_table(
        "workflow_step",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("entity", sa.String(length=40), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("target", sa.String(length=40), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("said", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_workflow_step_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workflow_step")),
    )
    op.create_index("workflow_step_record", "workflow_step", ["entity", "record_id"])
    op.create_table(
        "event",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("facts", sa.String(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("told_us", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_event_told_us"), "event", ["told_us"])


def _tree() -> None:
    """An institution lies right below its region until it is moved below another."""
    with op.batch_alter_table("institution") as table:
        table.add_column(sa.Column("parent_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("path", sa.String(length=400), nullable=True))
        table.create_foreign_key(
            op.f("fk_institution_parent_id_institution"), "institution", ["parent_id"], ["id"]
        )
        table.create_index(op.f("ix_institution_path"), ["path"])
    bind = op.get_bind()
    rows = bind.execute(sa.text("SELECT id, code, region_code FROM institution")).all()
    for id_, code, region in rows:
        path = f"{_prefix(region)}/{quote(code, safe='')}/"
        bind.execute(sa.text("UPDATE institution SET path = :path WHERE id = :id"), {"path": path, "id": id_})
    with op.batch_alter_table("institution") as table:
        table.alter_column("path", existing_type=sa.String(length=400), nullable=False)


def _prefix(code: str) -> str:
    return code[:2].replace("00", "") if code.endswith("0000") else code.removesuffix("00")


def _grants() -> None:
    op.create_table(
        "role_grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("region_code", sa.String(length=6), nullable=True),
        sa.Column("institution_id", sa.Integer(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_role_grant_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name=op.f("fk_role_grant_region_code_region")
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_role_grant_institution_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
    )
    op.create_index(op.f("ix_role_grant_account_id"), "role_grant", ["account_id"])
    op.execute(
        "INSERT INTO role_grant (account_id, role, region_code, valid_from) "
        "SELECT id, role, region_code, '1949-10-01' FROM account"
    )
    with op.batch_alter_table("account") as table:
        table.drop_constraint(op.f("fk_account_region_code_region"), type_="foreignkey")
        table.drop_column("region_code")
        table.drop_column("role")


def _audit() -> None:
    """The rows that are there are chained in their order; their ids become numbers without gaps."""
    bind = op.get_bind()
    _unguard(bind)
    with op.batch_alter_table("audit", recreate="never") as table:
        table.add_column(sa.Column("hash", sa.String(length=80), nullable=False, server_default=""))
    with op.batch_alter_table("audit", table_kwargs={"sqlite_autoincrement": True}) as table:
        table.alter_column("what", existing_type=sa.String(length=40), type_=sa.String(length=60))
        table.alter_column("hash", existing_type=sa.String(length=80), server_default=None)
    columns = "at_us, who, what, subject, before, after"
    rows = bind.execute(sa.text(f"SELECT {columns} FROM audit ORDER BY id")).all()  # noqa: S608
    bind.execute(sa.text("DELETE FROM audit"))
    last = BEGINNING
    for number, row in enumerate(rows, 1):
        content = [last, number, *row]
        last = "sha256:" + hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()
        said = dict(zip(columns.split(", "), row, strict=True))
        bind.execute(
            sa.text(
                f"INSERT INTO audit (id, {columns}, hash) "  # noqa: S608
                "VALUES (:id, :at_us, :who, :what, :subject, :before, :after, :hash)"
            ),
            {"id": number, **said, "hash": last},
        )
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    head = {"last": len(rows), "hash": last}
    bind.execute(sa.text("INSERT INTO audit_head (id, last, hash) VALUES (1, :last, :hash)"), head)
    _guard(bind)


def _unguard(bind: sa.Connection) -> None:
    if bind.dialect.name == "sqlite":
        op.execute("DROP TRIGGER audit_no_update")
        op.execute("DROP TRIGGER audit_no_delete")
    else:
        op.execute("DROP TRIGGER audit_no_change ON audit")


def _guard(bind: sa.Connection) -> None:
    if bind.dialect.name == "sqlite":
        for deed in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_no_{deed.lower()} BEFORE {deed} ON audit "
                "BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END"
            )
    else:
        op.execute(
            "CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
            "EXECUTE FUNCTION refuse_audit_change()"
        )


def downgrade() -> None:
    raise NotImplementedError("restore the backup from before the upgrade")
