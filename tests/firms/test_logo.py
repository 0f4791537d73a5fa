"""The firm's logo: only a picture is kept, and it goes with every mail and the payment page."""

from base64 import b64decode, b64encode
from io import BytesIO
from random import Random

import httpx
import pytest
from PIL import Image

from factories import make_client, make_invoice
from fakes import FakeMailer
from invoice_tracker.core.deps import Adapters
from invoice_tracker.firms.links import make_link
from invoice_tracker.firms.logo import HEIGHT, MOST_BYTES, WIDTH
from invoice_tracker.firms.models import Firm, LinkKind
from invoice_tracker.outbox.handlers import AlwaysWanted
from invoice_tracker.outbox.jobs import deliver_due

URL = "/api/v1/firm/logo"
STEP = {"subject": "Invoice {{ invoice.number }}", "body": "Dear {{ client.name }},"}


def picture(kind: str = "PNG", size: tuple[int, int] = (300, 90)) -> bytes:
    file = BytesIO()
    Image.new("RGB", size, "#12598f").save(file, kind)
    return file.getvalue()


def noise(side: int) -> bytes:
    file = BytesIO()
    Image.frombytes("RGB", (side, side), Random(1).randbytes(side * side * 3)).save(file, "PNG")
    return file.getvalue()


def upload(file: bytes) -> dict[str, str]:
    return {"file": b64encode(file).decode()}


def shown(answer: httpx.Response) -> Image.Image:
    address = answer.json()["data_url"]
    assert address.startswith("data:image/png;base64,")
    return Image.open(BytesIO(b64decode(address.partition(",")[2])))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
async def test_a_picture_is_drawn_anew_as_a_small_png(client: httpx.AsyncClient, kind: str) -> None:
    answer = await client.put(URL, json=upload(picture(kind)))
    assert answer.status_code == 200
    assert shown(answer).format == "PNG"
    assert shown(answer).height == HEIGHT
    assert (await client.get(URL)).json() == answer.json()


@pytest.mark.parametrize("size", [(4000, 100), (100, 2000), (1, 1), (10, 3)])
async def test_any_shape_fits(client: httpx.AsyncClient, size: tuple[int, int]) -> None:
    kept = shown(await client.put(URL, json=upload(picture(size=size))))
    assert kept.height == HEIGHT
    assert kept.width <= WIDTH


@pytest.mark.parametrize(
    "file",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"%PDF-1.7",
        picture()[:60],
        picture("BMP"),
        noise(300),
        picture("GIF", (6000, 6000)),
    ],
    ids=["nothing", "svg", "pdf", "half a picture", "bmp", "large", "many pixels"],
)
async def test_what_is_no_small_picture_is_refused(client: httpx.AsyncClient, file: bytes) -> None:
    assert len(noise(300)) > MOST_BYTES
    answer = await client.put(URL, json=upload(file))
    assert answer.status_code == 422
    assert answer.json()["detail"]
    assert (await client.get(URL)).json() == {"data_url": None}


async def test_nothing_but_pixels_is_kept(client: httpx.AsyncClient) -> None:
    secret = b"taken at 40.7128 N"
    file = BytesIO()
    exif = Image.Exif()
    exif[0x010E] = secret.decode()
    Image.new("RGB", (80, 40)).save(file, "JPEG", exif=exif)
    assert secret in file.getvalue()
    answer = await client.put(URL, json=upload(file.getvalue()))
    assert secret not in b64decode(answer.json()["data_url"].partition(",")[2])


async def test_it_can_be_taken_away(client: httpx.AsyncClient) -> None:
    await client.put(URL, json=upload(picture()))
    assert (await client.delete(URL)).status_code == 204
    assert (await client.get(URL)).json() == {"data_url": None}


async def test_it_goes_with_a_test_mail(
    client: httpx.AsyncClient, adapters: Adapters, firm: Firm
) -> None:
    await client.put(URL, json=upload(picture()))
    preview = await client.post("/api/v1/reminder-sets/mail-preview", json={"step": STEP})
    assert 'src="cid:logo" alt="' in preview.json()["html"]
    await client.post("/api/v1/reminder-sets/test-mail", json={"step": STEP})
    handlers = {"test_mail": AlwaysWanted()}
    await deliver_due(adapters, firm.id, handlers=handlers, kinds=["test_mail"])
    assert isinstance(adapters.mailer, FakeMailer)
    [mail] = adapters.mailer.sent
    [logo] = mail.attachments
    assert (logo.content_id, logo.content_type) == ("logo", "image/png")
    assert Image.open(BytesIO(logo.content)).height == HEIGHT


async def test_a_logo_that_is_gone_holds_no_mail_back(
    client: httpx.AsyncClient, adapters: Adapters, firm: Firm
) -> None:
    await client.put(URL, json=upload(picture()))
    await client.post("/api/v1/reminder-sets/test-mail", json={"step": STEP})
    await client.delete(URL)
    handlers = {"test_mail": AlwaysWanted()}
    await deliver_due(adapters, firm.id, handlers=handlers, kinds=["test_mail"])
    assert isinstance(adapters.mailer, FakeMailer)
    assert [mail.attachments for mail in adapters.mailer.sent] == [[]]


async def test_it_stands_on_the_payment_page(
    client: httpx.AsyncClient, adapters: Adapters, firm: Firm
) -> None:
    await client.put(URL, json=upload(picture()))
    now = adapters.clock.now()
    async with adapters.database.transaction(firm.id) as session:
        payer = await make_client(session, firm=firm)
        invoice = await make_invoice(session, firm=firm, client=payer, now=now, due_on=now.date())
        token = await make_link(
            session,
            adapters.vault,
            firm_id=firm.id,
            kind=LinkKind.pay,
            subject_id=invoice.id,
            now=now,
        )
    page = await client.get(f"/pay/{token}")
    assert '<img class="logo" src="data:image/png;base64,' in page.text
    assert "img-src data:" in page.headers["content-security-policy"]
