"""Errors as RFC 9457 problem documents, in Chinese and English, with the code to look them up by."""

from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from civicwatt_cloud.kit.errors import BadRequest, CloudError, LockedOut, NotAllowed, NotFound


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


def problem(error: CloudError) -> JSONResponse:
    """The error as a response."""
    body = Problem(
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
    response = JSONResponse(body.model_dump(), error.status, media_type="application/problem+json")
    if isinstance(error, LockedOut):
        response.headers["Retry-After"] = str(60 * int(str(error.facts["minutes"])))
    return response


def install(app: FastAPI) -> None:
    """Let the application answer with problem documents."""
    app.add_exception_handler(CloudError, _cloud_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http_error)


async def _cloud_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, CloudError)  # noqa: S101 - registered for this class only
    return problem(error)


async def _invalid(_request: Request, error: Exception) -> JSONResponse:
    """Names the field and the rule, never the value: it may be a password."""
    assert isinstance(error, RequestValidationError)  # noqa: S101
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    return problem(BadRequest(place, what=f"{place}: {first['msg']}"))


async def _http_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101
    if error.status_code == HTTPStatus.NOT_FOUND:
        return problem(NotFound())
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        return problem(NotAllowed())
    return problem(BadRequest(what=str(error.detail)))
