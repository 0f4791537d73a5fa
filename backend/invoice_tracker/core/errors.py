"""Errors a caller can act on, answered as RFC 9457 problem details."""

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException

# character_not_in_repertoire, untranslatable_character
_UNSTORABLE = {"22021", "22P05"}


class FieldError(BaseModel):
    """What is wrong with one field of the request."""

    field: str
    message: str


class Problem(BaseModel):
    """Body of every error answer. ``detail`` is for people, ``code`` is for programs."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str
    errors: list[FieldError] = []


class ProductError(Exception):
    """An error with a sentence for people. Subclasses set ``status``, ``code`` and ``title``."""

    status = 400
    code = "bad_request"
    title = "The request cannot be carried out"

    def __init__(self, detail: str, *, errors: Sequence[FieldError] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = list(errors)

    def extensions(self) -> dict[str, Any]:
        """Members of the problem beside the usual ones, ready for JSON."""
        return {}


class NotFound(ProductError):
    """Also the answer for what belongs to another firm."""

    status = 404
    code = "not_found"
    title = "Not found"


class Conflict(ProductError):
    """The thing has changed, or is not in a state that allows this."""

    status = 409
    code = "conflict"
    title = "Not possible in the present state"


class Invalid(ProductError):
    """The input is well formed but makes no sense."""

    status = 422
    code = "invalid"
    title = "Please check the input"


class Forbidden(ProductError):
    """Logged in, but the role does not allow it."""

    status = 403
    code = "forbidden"
    title = "Not allowed"


class Unauthorized(ProductError):
    """Not logged in, or no longer."""

    status = 401
    code = "not_logged_in"
    title = "Please log in"


class Unavailable(ProductError):
    """Something outside (Clio, Stripe, the mail server) does not answer."""

    status = 502
    code = "upstream_unavailable"
    title = "Another service did not answer"


def _answer(problem: Problem, extensions: dict[str, Any] | None = None) -> JSONResponse:
    return JSONResponse(
        {**(extensions or {}), **problem.model_dump(exclude_defaults=False)},
        status_code=problem.status,
        media_type="application/problem+json",
    )


def _field_name(location: Sequence[Any]) -> str:
    return ".".join(str(part) for part in location if part != "body")


async def _on_product_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ProductError)
    return _answer(
        Problem(
            title=error.title,
            status=error.status,
            detail=error.detail,
            code=error.code,
            errors=error.errors,
        ),
        error.extensions(),
    )


async def _on_invalid_request(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    errors = [
        FieldError(field=_field_name(item["loc"]), message=str(item["msg"]))
        for item in error.errors()
    ]
    names = ", ".join(sorted({item.field for item in errors if item.field})) or "the request"
    return _answer(
        Problem(
            title=Invalid.title,
            status=422,
            detail=f"Please check: {names}.",
            code="invalid_request",
            errors=errors,
        )
    )


async def _on_http_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return _answer(
        Problem(
            title=str(error.detail),
            status=error.status_code,
            detail=str(error.detail),
            code="not_found" if error.status_code == 404 else "http_error",
        )
    )


async def _on_database_error(_: Request, error: Exception) -> JSONResponse:
    """PostgreSQL stores no zero character, in no text; everything else is a fault of ours."""
    assert isinstance(error, DBAPIError)
    if getattr(error.orig, "sqlstate", None) not in _UNSTORABLE:
        raise error
    return _answer(
        Problem(
            title=Invalid.title,
            status=422,
            detail="A text has a character in it that cannot be stored.",
            code=Invalid.code,
        )
    )


def install_error_handlers(app: FastAPI) -> None:
    """Every error leaves as a problem document, never as a stack trace."""
    app.add_exception_handler(ProductError, _on_product_error)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(DBAPIError, _on_database_error)


PROBLEMS: dict[int | str, dict[str, Any]] = {
    "4XX": {
        "description": "A problem, in words",
        "content": {
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
        },
    }
}
"""For ``responses=``: how each router documents its errors."""
