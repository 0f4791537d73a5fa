"""A firm's logo: checked by its content, and drawn anew, so that only a picture is ever kept."""

from io import BytesIO
from uuid import UUID

from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.errors import Invalid
from invoice_tracker.firms.models import Firm

MOST_BYTES = 200 * 1024
"""Of the file that is uploaded."""
MOST_PIXELS = 25_000_000
"""Of the picture: a small file may unpack into an enormous one."""
WIDTH, HEIGHT = 560, 112
"""The room it is drawn into, in pixels: twice what mails show, for sharp screens."""
MEDIA_TYPE = "image/png"
_FORMATS = ("PNG", "JPEG", "GIF", "WEBP")


async def load_logo(session: AsyncSession, *, firm_id: UUID) -> bytes | None:
    """The logo as a PNG, if the firm has one."""
    found: bytes | None = await session.scalar(select(Firm.logo).where(Firm.id == firm_id))
    return found


async def save_logo(session: AsyncSession, *, firm_id: UUID, file: bytes) -> bytes:
    """Keep a picture as the firm's logo; answers what is kept. Raises ``Invalid``."""
    drawn = draw(file)
    await _store(session, firm_id, drawn, MEDIA_TYPE)
    return drawn


async def remove_logo(session: AsyncSession, *, firm_id: UUID) -> None:
    """Mails show the firm's name again."""
    await _store(session, firm_id, None, None)


def draw(file: bytes) -> bytes:
    """The picture as a PNG of the height mails need, without anything but its pixels.

    Raises ``Invalid`` for what is no PNG, JPEG, GIF or WebP picture, or is too large.
    """
    if len(file) > MOST_BYTES:
        raise Invalid("The file is larger than 200 KB. Please choose a smaller one.")
    try:
        with Image.open(BytesIO(file), formats=_FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise Invalid("The picture has too many pixels. Please make it smaller.")
            picture = ImageOps.exif_transpose(opened).convert("RGBA")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        message = "This is not a picture we can read. Please choose a PNG, JPEG, GIF or WebP file."
        raise Invalid(message) from error
    scale = min(WIDTH / picture.width, HEIGHT / picture.height, 2)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    picture = picture.resize(size, Image.Resampling.LANCZOS)
    # Always of the same height: mail programs differ in what they make of any other limit.
    canvas = Image.new("RGBA", (picture.width, HEIGHT), (0, 0, 0, 0))
    canvas.paste(picture, (0, (HEIGHT - picture.height) // 2))
    kept = BytesIO()
    canvas.save(kept, "PNG", optimize=True)
    return kept.getvalue()


async def _store(
    session: AsyncSession, firm_id: UUID, logo: bytes | None, media_type: str | None
) -> None:
    await session.execute(
        update(Firm).where(Firm.id == firm_id).values(logo=logo, logo_type=media_type)
    )
