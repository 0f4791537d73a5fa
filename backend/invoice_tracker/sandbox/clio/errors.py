"""Refusals as Clio words them."""

from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse

JSON = "application/json; charset=utf-8"
EXPIRED = {
    "error": "invalid_token",
    "error_description": "The access token provided is expired, revoked, malformed or invalid "
    "for other reasons.",
}


class ClioProblem(Exception):
    """A refusal with its HTTP status and Clio's `{"error": {"type", "message"}}`."""

    def __init__(self, status: int, kind: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.kind = kind

    @property
    def body(self) -> dict[str, Any]:
        """The body of the answer."""
        return {"error": {"type": self.kind, "message": str(self)}}


def bad_request(message: str, kind: str = "BadRequest") -> ClioProblem:
    """400."""
    return ClioProblem(400, kind, message)


def invalid_fields(message: str) -> ClioProblem:
    """400 for an unknown or too deeply nested field."""
    return ClioProblem(400, "InvalidFields", message)


def forbidden(message: str = "User is forbidden from taking that action") -> ClioProblem:
    """403."""
    return ClioProblem(403, "ForbiddenError", message)


def missing() -> ClioProblem:
    """404."""
    return ClioProblem(404, "RecordNotFound", "Record not found")


def changed_meanwhile() -> ClioProblem:
    """412 for an `If-Match` that is not the present ETag."""
    return ClioProblem(412, "PreconditionFailed", "The record has been modified")


def unprocessable(message: str) -> ClioProblem:
    """422."""
    return ClioProblem(422, "UnprocessableEntity", message)


async def answer_problem(_: Request, problem: Exception) -> JSONResponse:
    """The exception handler of the application."""
    assert isinstance(problem, ClioProblem)
    return JSONResponse(problem.body, problem.status, media_type=JSON)


async def answer_unknown(request: Request, _: Exception) -> JSONResponse:
    """For an address that does not exist."""
    return JSONResponse(missing().body, 404, media_type=JSON)
