"""Errors as Clio words them: ``{"error": {"type": …, "message": …}}``."""

from fastapi.responses import JSONResponse

JSON_TYPE = "application/json; charset=utf-8"


class Problem(Exception):
    """An error answer of the API."""

    def __init__(
        self, status: int, kind: str, message: str, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.kind = kind
        self.message = message
        self.headers = headers or {}

    def answer(self) -> JSONResponse:
        """The answer itself."""
        body = {"error": {"type": self.kind, "message": self.message}}
        return JSONResponse(body, self.status, headers=self.headers, media_type=JSON_TYPE)


class NotFound(Problem):
    """There is no such row for this token."""

    def __init__(self) -> None:
        super().__init__(404, "RecordNotFound", "The resource could not be found.")


class TokenRefused(Problem):
    """The token is expired or revoked: Clio answers this in OAuth's own shape."""

    DESCRIPTION = (
        "The access token provided is expired, revoked, malformed or invalid for other reasons."
    )

    def __init__(self) -> None:
        super().__init__(401, "invalid_token", self.DESCRIPTION)

    def answer(self) -> JSONResponse:
        """OAuth's shape, with the challenge."""
        challenge = (
            f'Bearer realm="Clio", error="invalid_token", error_description="{self.DESCRIPTION}"'
        )
        return JSONResponse(
            {"error": self.kind, "error_description": self.message},
            401,
            headers={"WWW-Authenticate": challenge},
            media_type=JSON_TYPE,
        )


def unauthorized() -> Problem:
    """No token, or not in a form that can be one."""
    return Problem(401, "UnauthorizedError", "User is not authorized")


def forbidden(message: str = "User is forbidden from taking that action") -> Problem:
    """The user or the application may not."""
    return Problem(403, "ForbiddenError", message)


def unprocessable(message: str) -> Problem:
    """Well formed, but not possible in the present state."""
    return Problem(422, "UnprocessableEntityError", message)


def bad_request(message: str, kind: str = "ArgumentError") -> Problem:
    """A parameter that cannot be."""
    return Problem(400, kind, message)


def changed_meanwhile() -> Problem:
    """``If-Match`` names a version that is not the present one."""
    return Problem(412, "PreconditionFailed", "The resource has changed since it was read.")


def rate_limited(wait: int) -> Problem:
    """Too many requests; ``wait`` is in seconds."""
    return Problem(429, "RateLimited", "Rate limited", {"Retry-After": str(wait)})
