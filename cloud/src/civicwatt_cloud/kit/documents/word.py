"""Forms as Word files: a template that an office may edit in Word, filled in."""

from io import BytesIO
from pathlib import Path

from civicwatt_cloud.kit.documents.forms import Form

TEMPLATE = Path(__file__).parent / "form.docx"


def word(form: Form, own: Path) -> bytes:
    """The office's own template where there is one, else ours; it can say nothing but what the form holds."""
    from docxtpl import DocxTemplate  # noqa: PLC0415 - slow to load, for those who write letters
    from jinja2.sandbox import SandboxedEnvironment  # noqa: PLC0415

    document = DocxTemplate(own if own.exists() else TEMPLATE)
    document.render(form._asdict(), SandboxedEnvironment(autoescape=True))
    written = BytesIO()
    document.save(written)
    return written.getvalue()
