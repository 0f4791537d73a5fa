"""Bodies of the pay page's rules."""

from pydantic import Field

from invoice_tracker.core.schemas import Input, Output


class PayPageRulesOut(Output):
    """What clients may do on the pay page.

    ``smallest_part_minor`` is in hundredths of a unit of each invoice's currency: 10000 is 100 of
    any, of yen too.
    """

    accepts_parts: bool
    smallest_part_minor: int
    offers_document: bool


class PayPageRulesUpdate(Input):
    """What to change; a field that is left out stays."""

    accepts_parts: bool | None = None
    smallest_part_minor: int | None = Field(default=None, ge=0, le=10_000_000)
    """0: only the payment provider's own minimum counts."""
    offers_document: bool | None = None
