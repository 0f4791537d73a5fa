"""Bodies of the log-in routes."""

from uuid import UUID

from pydantic import EmailStr, Field

from invoice_tracker.accounts.models import Role
from invoice_tracker.core.schemas import Input, Output


class SignUpStatus(Output):
    """Whether a new firm may make an account here."""

    open: bool


class Credentials(Input):
    """What one logs in with."""

    email: EmailStr
    password: str = Field(min_length=1, max_length=200)


class UserOut(Output):
    """The person who is logged in."""

    id: UUID
    name: str
    email: str
    role: Role


class SessionFirm(Output):
    """The firm they work for."""

    id: UUID
    name: str
    time_zone: str


class SessionOut(Output):
    """Who is logged in, and for which firm."""

    user: UserOut
    firm: SessionFirm
