"""Accounts that are disabled, invited and have a second factor; sessions with their origin; certificates."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("account") as table:
        table.add_column(sa.Column("password_set_us", sa.BigInteger(), nullable=True))
        table.add_column(sa.Column("totp_sealed", sa.String(length=200), nullable=True))
        table.add_column(sa.Column("totp_step", sa.BigInteger(), nullable=True))
        table.add_column(sa.Column("disabled_us", sa.BigInteger(), nullable=True))
    op.execute("UPDATE account SET password_set_us = created_us WHERE password_hash IS NOT NULL")
    op.execute("DELETE FROM open_session")  # whoever is signed in signs in again
    with op.batch_alter_table("open_session") as table:
        table.add_column(sa.Column("method", sa.String(length=16), nullable=False))
        table.add_column(sa.Column("address", sa.String(length=64), nullable=False))
    with op.batch_alter_table("one_time_code") as table:
        table.add_column(sa.Column("account_id", sa.Integer(), nullable=True))
        table.create_foreign_key(
            op.f("fk_one_time_code_account_id_account"), "account", ["account_id"], ["id"]
        )
    op.create_table(
        "login_nonce",
        sa.Column("nonce_hash", sa.String(length=64), nullable=False),
        sa.Column("issued_us", sa.BigInteger(), nullable=False),
        sa.Column("is_used", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("nonce_hash", name=op.f("pk_login_nonce")),
    )
    op.create_table(
        "login_certificate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("issuer", sa.String(length=400), nullable=False),
        sa.Column("subject", sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_login_certificate_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_certificate")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_login_certificate_issuer_subject")),
    )
    op.create_index(op.f("ix_login_certificate_account_id"), "login_certificate", ["account_id"])


def downgrade() -> None:
    raise NotImplementedError("restore the backup from before the upgrade")
