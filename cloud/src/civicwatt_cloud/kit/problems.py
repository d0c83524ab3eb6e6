"""Errors as RFC 9457 problem documents, in Chinese and English, with the code to look them up by."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.exc import DataError
from starlette.exceptions import HTTPException

from civicwatt_cloud.kit.errors import BadRequest, CloudError, NotAllowed, NotFound


class Problem(BaseModel):
    """What went wrong, and what to do."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    detail_en: str
    remedy: str
    remedy_en: str
    where: str


Responses = dict[int | str, dict[str, Any]]  # as FastAPI takes them


_DOCUMENT = {"application/problem+json": {"schema": {"$ref": f"#/components/schemas/{Problem.__name__}"}}}
TOO_MANY: Responses = {429: {"model": Problem}}  # of all, so the document has a Problem


def problems(*statuses: int) -> Responses:
    """How a route may be refused, for the OpenAPI; with a model FastAPI would make one for each refusal."""
    return {status: {"content": _DOCUMENT} for status in statuses}


def told(error: CloudError) -> Problem:
    """The error as a document."""
    return Problem(
        type=f"urn:civicwatt:error:{error.code}",
        title=HTTPStatus(error.status).phrase,
        status=error.status,
        code=error.code,
        detail=error.message("zh"),
        detail_en=error.message("en"),
        remedy=error.remedy("zh"),
        remedy_en=error.remedy("en"),
        where=error.where,
    )


def problem(error: CloudError) -> JSONResponse:
    """The error as a response."""
    body = told(error).model_dump()
    response = JSONResponse(body, error.status, media_type="application/problem+json")
    if error.retry_after_s is not None:
        response.headers["Retry-After"] = str(error.retry_after_s)
    return response


def install(app: FastAPI) -> None:
    """Let the application answer with problem documents."""

    @app.exception_handler(CloudError)
    async def refused(_request: Request, error: CloudError) -> JSONResponse:
        return problem(error)

    @app.exception_handler(RequestValidationError)
    async def invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
        """Names the field and the rule, never the value: it may be a password."""
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        return problem(BadRequest(place, what=f"{place}: {first['msg']}"))

    @app.exception_handler(DataError)
    async def not_taken(_request: Request, _error: DataError) -> JSONResponse:
        """PostgreSQL takes no NUL in a text, and no number or text beyond its column."""
        return problem(
            BadRequest(what="有的值过长、过大或含有空字符 · a value is too long, too large or holds a NUL")
        )

    @app.exception_handler(HTTPException)
    async def without_route(_request: Request, error: HTTPException) -> JSONResponse:
        if error.status_code == HTTPStatus.NOT_FOUND:
            return problem(NotFound())
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            return problem(NotAllowed())
        return problem(BadRequest(what=str(error.detail)))
