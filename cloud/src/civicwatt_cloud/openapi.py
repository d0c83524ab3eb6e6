"""`python -m civicwatt_cloud.openapi` prints the OpenAPI document that the pages' types are made from."""

import json
import sys

from civicwatt_cloud.app import create_app
from civicwatt_cloud.kit.settings import Settings


def document() -> str:
    """The document as JSON text, the same on every machine."""
    spec = create_app(Settings()).openapi()
    return json.dumps(spec, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    sys.stdout.write(document())
