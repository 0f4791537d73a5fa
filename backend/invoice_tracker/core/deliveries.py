"""What every provider's delivery has in common: a body of bounded size, checked as it came."""

from fastapi import Request

from invoice_tracker.core.errors import ProductError

MOST_BYTES = 1_000_000


class BadDelivery(ProductError):
    """Not from the provider, or damaged on its way."""

    code = "bad_delivery"
    title = "The delivery cannot be accepted"


class TooLarge(ProductError):
    """Larger than any event of a provider."""

    status = 413
    code = "too_large"
    title = "The delivery is too large"


async def read_body(request: Request) -> bytes:
    """The bytes as they came. Raises ``TooLarge`` before it has read them all."""
    chunks = bytearray()
    async for chunk in request.stream():
        chunks += chunk
        if len(chunks) > MOST_BYTES:
            raise TooLarge("No event is that large.")
    return bytes(chunks)
