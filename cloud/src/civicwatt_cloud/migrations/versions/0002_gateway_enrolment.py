"""Codes and certificates of gateways."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "gateway_code",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("gateway", sa.String(length=64), nullable=False),
        sa.Column("division", sa.String(length=12), nullable=False),
        sa.Column("expires_us", sa.BigInteger(), nullable=False),
        sa.Column("used_us", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_gateway_code")),
    )
    op.create_table(
        "gateway_certificate",
        sa.Column("serial", sa.String(length=40), nullable=False),
        sa.Column("gateway", sa.String(length=64), nullable=False),
        sa.Column("division", sa.String(length=12), nullable=False),
        sa.Column("pem", sa.String(), nullable=False),
        sa.Column("issued_us", sa.BigInteger(), nullable=False),
        sa.Column("expires_us", sa.BigInteger(), nullable=False),
        sa.Column("revoked_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["gateway"], ["gateway.id"], name=op.f("fk_gateway_certificate_gateway_gateway")
        ),
        sa.PrimaryKeyConstraint("serial", name=op.f("pk_gateway_certificate")),
    )
    with op.batch_alter_table("gateway_certificate", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_gateway_certificate_gateway"), ["gateway"], unique=False)


def downgrade() -> None:
    op.drop_table("gateway_certificate")
    op.drop_table("gateway_code")
