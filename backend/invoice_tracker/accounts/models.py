"""Staff, and the sessions they are logged in with."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from invoice_tracker.core.orm import Base, FirmOwned, Identified


class Role(StrEnum):
    """What a member of staff may do. ``invoice_tracker.accounts.deps`` holds the table."""

    owner = "owner"
    billing = "billing"
    attorney = "attorney"
    viewer = "viewer"


class User(Identified, FirmOwned, Base):
    """A person who logs in. An e-mail address belongs to one person in the whole installation."""

    __tablename__ = "users"
    __table_args__ = (Index("uq_users_lower_email", text("lower(email)"), unique=True),)

    name: Mapped[str]
    email: Mapped[str]
    role: Mapped[Role]
    password_hash: Mapped[str]
    created_at: Mapped[datetime]


class LoginSession(Identified, FirmOwned, Base):
    """A browser that is logged in. The cookie's token is stored only as a hash."""

    __tablename__ = "login_sessions"
    __table_args__ = (UniqueConstraint("token_hash"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
