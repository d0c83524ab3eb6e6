"""Forms as Word files: a template that an office may edit in Word, filled in."""

from io import BytesIO
from pathlib import Path

from docxtpl import DocxTemplate
from jinja2.sandbox import SandboxedEnvironment

from civicwatt_cloud.kit.documents.forms import Form

TEMPLATE = Path(__file__).parent / "form.docx"


def word(form: Form, template: Path = TEMPLATE) -> bytes:
    """The template with the form's values; it can say nothing but what the form holds."""
    document = DocxTemplate(template)
    document.render(form._asdict(), SandboxedEnvironment(autoescape=True))
    written = BytesIO()
    document.save(written)
    return written.getvalue()
