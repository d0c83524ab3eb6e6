"""Office space: the estate, who is in it, and what is applied for, decided and put in order."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

TABLES = (
    "yard",
    "building_facts",
    "floor",
    "room",
    "occupancy",
    "establishment",
    "room_allocation",
    "vacate_task",
    "lease_in",
    "lease_out",
    "room_disposal",
    "repair_price",
    "repair_expert",
    "repair_project",
    "repair_budget_line",
    "title_record",
    "housing_finding",
)


def upgrade() -> None:
    _record(
        "yard",
        sa.Column("number", sa.String(40), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("address", sa.String(200), nullable=False),
        sa.Column("land_certificate", sa.String(80), nullable=True),
        sa.Column("land_area", sa.BigInteger(), nullable=True),
        sa.UniqueConstraint("number", name=op.f("uq_yard_number")),
    )
    _record(
        "building_facts",
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("building_id", sa.Integer(), nullable=False),
        sa.Column("yard_id", sa.Integer(), nullable=False),
        sa.Column("built_year", sa.BigInteger(), nullable=True),
        sa.Column("structure", sa.String(32), nullable=True),
        sa.Column("storeys", sa.BigInteger(), nullable=True),
        sa.Column("is_high_rise", sa.Boolean(), nullable=False),
        sa.Column("holder", sa.String(100), nullable=True),
        sa.UniqueConstraint("code", name=op.f("uq_building_facts_code")),
        sa.UniqueConstraint("building_id", name=op.f("uq_building_facts_building_id")),
        refers={"building_id": "building", "yard_id": "yard"},
    )
    _record(
        "floor",
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("facts_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("scale", sa.String(20), nullable=True),
        sa.UniqueConstraint("facts_id", "number", name=op.f("uq_floor_facts_id_number")),
        sa.UniqueConstraint("code", name=op.f("uq_floor_code")),
        refers={"facts_id": "building_facts"},
    )
    _record(
        "room",
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("floor_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(20), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("use_area", sa.BigInteger(), nullable=False),
        sa.Column("gross_share", sa.BigInteger(), nullable=True),
        sa.UniqueConstraint("code", name=op.f("uq_room_code")),
        sa.UniqueConstraint("floor_id", "number", name=op.f("uq_room_floor_id_number")),
        refers={"floor_id": "floor"},
    )
    _record(
        "occupancy",
        sa.Column("room_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("share", sa.BigInteger(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("approval", sa.String(200), nullable=True),
        refers={"room_id": "room", "person_id": "person"},
    )
    _record(
        "establishment",
        sa.Column("rank", sa.String(32), nullable=False),
        sa.Column("posts", sa.BigInteger(), nullable=False),
        sa.Column("document", sa.String(200), nullable=True),
        sa.UniqueConstraint("owner_id", "rank", name=op.f("uq_establishment_owner_id_rank")),
    )
    _record(
        "room_allocation",
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("area", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("note", sa.String(4000), nullable=True),
        sa.Column("room_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(40), nullable=False),
        refers={"room_id": "room"},
    )
    _record(
        "vacate_task",
        sa.Column("cause", sa.String(32), nullable=False),
        sa.Column("room_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("method", sa.String(32), nullable=True),
        sa.Column("new_area", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.String(4000), nullable=True),
        sa.Column("state", sa.String(40), nullable=False),
        refers={"room_id": "room", "person_id": "person"},
    )
    _record(
        "lease_in",
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("area", sa.BigInteger(), nullable=False),
        sa.Column("address", sa.String(200), nullable=False),
        sa.Column("landlord", sa.String(100), nullable=True),
        sa.Column("rent", sa.BigInteger(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("contract", sa.String(80), nullable=True),
        sa.Column("approval", sa.String(200), nullable=True),
        sa.Column("override_reason", sa.String(4000), nullable=True),
        sa.Column("overridden_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(40), nullable=False),
    )
    _record(
        "lease_out",
        sa.Column("room_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("tenant", sa.String(100), nullable=False),
        sa.Column("contract", sa.String(80), nullable=False),
        sa.Column("rent", sa.BigInteger(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        refers={"room_id": "room"},
    )
    _record(
        "room_disposal",
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("room_id", sa.Integer(), nullable=False),
        sa.Column("new_kind", sa.String(32), nullable=True),
        sa.Column("reason", sa.String(4000), nullable=False),
        sa.Column("approval", sa.String(200), nullable=True),
        sa.Column("valuation", sa.BigInteger(), nullable=True),
        sa.Column("income", sa.BigInteger(), nullable=True),
        sa.Column("voucher", sa.String(80), nullable=True),
        sa.Column("state", sa.String(40), nullable=False),
        refers={"room_id": "room"},
    )
    _record(
        "repair_price",
        sa.Column("number", sa.String(40), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("unit", sa.String(20), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.UniqueConstraint("number", name=op.f("uq_repair_price_number")),
    )
    _record(
        "repair_expert",
        sa.Column("number", sa.String(40), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("subject", sa.String(60), nullable=False),
        sa.Column("employer", sa.String(100), nullable=True),
        sa.UniqueConstraint("number", name=op.f("uq_repair_expert_number")),
    )
    _record(
        "repair_project",
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("facts_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(4000), nullable=False),
        sa.Column("experts", sa.String(200), nullable=True),
        sa.Column("draw_seed", sa.String(64), nullable=True),
        sa.Column("budget", sa.BigInteger(), nullable=True),
        sa.Column("audited_budget", sa.BigInteger(), nullable=True),
        sa.Column("supplier", sa.String(100), nullable=True),
        sa.Column("final_price", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(40), nullable=False),
        refers={"facts_id": "building_facts"},
    )
    _record(
        "repair_budget_line",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        refers={"project_id": "repair_project", "item_id": "repair_price"},
    )
    _record(
        "title_record",
        sa.Column("facts_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("has_land_papers", sa.Boolean(), nullable=False),
        sa.Column("has_planning_permit", sa.Boolean(), nullable=False),
        sa.Column("has_completion", sa.Boolean(), nullable=False),
        sa.Column("has_survey", sa.Boolean(), nullable=False),
        sa.Column("certificate", sa.String(80), nullable=True),
        sa.Column("archive_number", sa.String(80), nullable=True),
        sa.Column("state", sa.String(40), nullable=False),
        sa.UniqueConstraint("facts_id", "kind", name=op.f("uq_title_record_facts_id_kind")),
        refers={"facts_id": "building_facts"},
    )
    _record(
        "housing_finding",
        sa.Column("room_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("found_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(4000), nullable=True),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["task_id"], ["vacate_task.id"], name=op.f("fk_housing_finding_task_id_vacate_task")
        ),
        sa.Column("state", sa.String(40), nullable=False),
        refers={"room_id": "room", "person_id": "person"},
    )


def downgrade() -> None:
    for name in reversed(TABLES):
        op.drop_table(name)


def _record(name: str, *columns: SchemaItem, refers: dict[str, str] | None = None) -> None:
    """A table of records: what all of them carry, and the indices over what they refer to."""
    refers = {"owner_id": "institution", **(refers or {})}
    op.create_table(
        name,
        *columns,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.String(16), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=True),
        *(
            sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{name}_{column}_{target}"))
            for column, target in refers.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )
    with op.batch_alter_table(name, schema=None) as batch_op:
        for column in refers:
            batch_op.create_index(batch_op.f(f"ix_{name}_{column}"), [column], unique=False)
