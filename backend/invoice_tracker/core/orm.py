"""Declarative base and the two columns every firm's table starts with."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, DateTime, Enum, ForeignKey, MetaData, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Base of all tables: instants are ``timestamptz``, whole numbers of money are ``bigint``."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[object, object]] = {
        datetime: DateTime(timezone=True),
        str: String,
        # Text, not a PostgreSQL enum: a new state then needs no lock on the table.
        StrEnum: Enum(StrEnum, native_enum=False, create_constraint=False, length=40),
    }


class Identified:
    """A random primary key, made by the application so that it is known before the flush."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4, sort_order=-10)


class FirmOwned:
    """A row of one firm. Row-level security in PostgreSQL hides it from every other firm."""

    firm_id: Mapped[UUID] = mapped_column(ForeignKey("firms.id", ondelete="CASCADE"), sort_order=-9)


Minor = BigInteger
"""Column type of an amount in minor units (cents, pence, yen)."""
