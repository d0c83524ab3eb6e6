"""Documents that a step needs among the record's files."""

from civicwatt_cloud.kit.files.attachments import attachments
from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.kit.workflow.spec import Step
from civicwatt_cloud.modules.housing.errors import FileMissing


def require(step: Step, entity: Entity, kind: str, zh: str) -> None:
    """A file of that kind is attached. Errors: FileMissing."""
    if not attachments(step.session, entity, step.record.id, kind):
        raise FileMissing(what=kind, what_zh=zh)
