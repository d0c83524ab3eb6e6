"""权属登记: a building's title is registered when all papers are at hand (W2.6)."""

from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.kit.records.errors import titles_of
from civicwatt_cloud.kit.records.fields import fields_of
from civicwatt_cloud.kit.workflow.forms import filled, keep_form
from civicwatt_cloud.kit.workflow.spec import State, Step, Transition, Workflow
from civicwatt_cloud.modules.housing.case_models import TitleRecord
from civicwatt_cloud.modules.housing.errors import PapersMissing
from civicwatt_cloud.modules.housing.estate import MANAGER, READERS, UNIT

FIELDS = fields_of(TitleRecord)
PAPERS = ("has_land_papers", "has_planning_permit", "has_completion", "has_survey")


def papers_complete(step: Step) -> None:
    """Every paper of the checklist is ticked. Errors: PapersMissing."""
    if missing := [FIELDS[name] for name in PAPERS if not getattr(step.record, name)]:
        raise PapersMissing(**titles_of(missing))


FLOW = Workflow(
    states=(
        State("unregistered", "未办", "not registered", is_editable=True),
        State("pending", "办理中", "pending", is_editable=True),
        State("registered", "已办", "registered", is_final=True),
    ),
    transitions=(
        Transition("apply", "申办", "apply", ("unregistered",), "pending", MANAGER | UNIT),
        Transition(
            "register",
            "登记证书",
            "enter the certificate",
            ("pending",),
            "registered",
            MANAGER,
            guard=papers_complete,
            effect=keep_form,
            **filled(FIELDS, "certificate", "archive_number"),
        ),
    ),
)
TITLE = Entity(
    "title_record",
    "title-records",
    TitleRecord,
    "权属登记",
    "title",
    "kind",
    read=READERS,
    write=MANAGER | UNIT,
    columns=("facts_id", "kind", "certificate", "archive_number"),
    filters=("state", "kind", "facts_id"),
    natural_key=("facts_id", "kind"),
    workflow=FLOW,
    has_files=True,
)
