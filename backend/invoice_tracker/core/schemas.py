"""Shapes that every part of the API shares."""

from typing import Annotated, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict

Item = TypeVar("Item")


def _without_nul(value: str) -> str:
    if "\0" in value:
        raise ValueError("contains a character that cannot be stored")
    return value


Prose = Annotated[str, AfterValidator(_without_nul)]
"""Text of any number of lines that PostgreSQL can store."""


class Input(BaseModel):
    """Body of a request: a field nobody knows is an error, not silence."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Output(BaseModel):
    """Body of an answer, read from attributes."""

    model_config = ConfigDict(from_attributes=True)


class MoneyOut(Output):
    """An amount: whole minor units (cents) and an ISO 4217 code. Never a float."""

    amount_minor: int
    currency: str


class Page(Output, Generic[Item]):
    """One page of a list. ``next_cursor`` is null on the last page."""

    items: list[Item]
    next_cursor: str | None = None
    total: int | None = None


class Items(Output, Generic[Item]):
    """A short list that is never cut into pages."""

    items: list[Item]
