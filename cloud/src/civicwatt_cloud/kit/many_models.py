"""FastAPI has the fields of 128 query models in mind; with two for each entity this application has more.

A model that it has forgotten it describes anew, and then does not find the description for its document.
"""

from functools import cache

from fastapi._compat import v2
from fastapi.dependencies import utils


@cache
def remember_all() -> None:
    """Let FastAPI forget none, once a process."""
    utils.get_cached_model_fields = cache(v2.get_cached_model_fields.__wrapped__)  # type: ignore[attr-defined]
