"""Stripe's errors, as it writes them."""

from typing import Any


class StripeProblem(Exception):
    """An answer other than 200: HTTP status, and the fields of Stripe's `error` object."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.fields = {"code": code, "message": message, "param": param, "type": kind}

    @property
    def body(self) -> dict[str, Any]:
        """The JSON that goes out; fields that are not set are left out, as Stripe does."""
        return {"error": {name: value for name, value in self.fields.items() if value is not None}}


def bad_request(
    message: str, *, param: str | None = None, code: str | None = None
) -> StripeProblem:
    """400 with Stripe's `invalid_request_error`."""
    return StripeProblem(400, message, param=param, code=code)


def missing(kind: str, object_id: str, param: str = "id") -> StripeProblem:
    """404 for an id that this account does not have."""
    return StripeProblem(
        404, f"No such {kind}: '{object_id}'", code="resource_missing", param=param
    )


def not_supported(what: str, *, param: str) -> StripeProblem:
    """400 for something real Stripe can do and this stand-in honestly cannot."""
    return bad_request(f"The sandbox Stripe does not support {what}.", param=param)
