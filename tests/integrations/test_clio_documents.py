"""A bill as a document: made once for each state of the bill, without anything from outside."""

import socket
import threading
from ctypes.util import find_library
from io import BytesIO

import pytest
from pypdf import PdfReader

from integrations.clio_firm import connect, invoices_of, point_at, sync
from integrations.clio_stub import ClioStub, a_bill, broken, half, running_stub
from invoice_tracker.integrations.clio import documents, pdf
from invoice_tracker.integrations.clio.pdf import NotRendered, render_pdf
from invoice_tracker.ports import NoDocument

pytestmark = pytest.mark.skipif(
    find_library("pango-1.0") is None, reason="the library Pango is not on this machine"
)

BILL = "<html><style>p { color: navy }</style><body><p>Bill 1042: 1,200.00</p></body></html>"


def text_of(document: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(BytesIO(document)).pages)


@pytest.fixture
async def stub(clock):
    async with running_stub() as stub:
        stub.now = clock.now()
        stub.bills[1] = a_bill(1)
        stub.previews[1] = BILL
        yield stub


@pytest.fixture
async def product(adapters, firm, stub, monkeypatch):
    monkeypatch.setattr(documents, "PATIENCE", 0.0)
    product = point_at(adapters, stub)
    await connect(product, firm)
    await sync(product, firm)
    stub.asked.clear()
    yield product
    await product.billing.close()


async def document_of(product, firm, number: int = 1):
    invoice = (await invoices_of(product, firm))[number]
    return await product.billing.document(firm.id, invoice.id)


async def test_a_bill_is_made_into_a_document_once(product, firm, stub: ClioStub):
    found = await document_of(product, firm)
    assert found.name == f"Invoice {stub.bills[1]['number']}.pdf"
    assert "Bill 1042: 1,200.00" in text_of(found.pdf)
    assert (await document_of(product, firm)).pdf == found.pdf
    assert [path for _, path, _ in stub.asked] == ["/api/v4/bills/1/preview.json"]
    assert stub.headers[-1]["accept"] == "text/html"


async def test_a_bill_that_changed_is_made_anew(product, firm, stub: ClioStub):
    await document_of(product, firm)
    stub.previews[1] = BILL.replace("1,200.00", "900.00")
    stub.bills[1].update(etag='"other"', balance=900.0)
    await product.billing.reread(firm.id, [(await invoices_of(product, firm))[1].id])
    assert "900.00" in text_of((await document_of(product, firm)).pdf)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (broken(406, {"error": {"type": "InvalidFormatError", "message": "no"}}), "refused"),
        (broken(500, None), "error 500"),
        (broken(403, {"error": {"type": "x", "message": "Billing"}}), "may not do this"),
        (half, "broke off"),
    ],
)
async def test_what_cannot_be_had_is_told_in_words(product, firm, stub, answer, words):
    stub.fail(answer, times=9)
    with pytest.raises(NoDocument, match=words):
        await document_of(product, firm)
    stub.faults.clear()
    assert text_of((await document_of(product, firm)).pdf)


async def test_the_page_brings_it_up(client, product, firm, adapters, stub):
    invoice = (await invoices_of(product, firm))[1]
    answer = await client.get(f"/api/v1/invoices/{invoice.id}/document")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith("inline; filename*=UTF-8''Invoice%20")
    adapters.billing.problem = "Clio did not answer in time."
    answer = await client.get(f"/api/v1/invoices/{invoice.id}/document")
    assert (answer.status_code, answer.json()["detail"]) == (502, "Clio did not answer in time.")


async def test_nothing_is_fetched_from_outside(tmp_path):
    """A page that asks for addresses and files gets none, and becomes a PDF all the same."""
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret of the house")
    with socket.create_server(("127.0.0.1", 0)) as server:
        called = threading.Event()

        def listen() -> None:
            server.accept()[0].close()
            called.set()

        threading.Thread(target=listen, daemon=True).start()
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        html = (
            f'<link rel=stylesheet href="{address}/a.css"><script src="{address}/a.js"></script>'
            f'<style>@import url("{address}/b.css"); p {{ background: url({address}/b.png) }}'
            f"</style><img src='{address}/c.png'><img src='file://{secret}'>"
            f'<object data="file://{secret}"></object>'
            f'<link rel=attachment href="file://{secret}"><p>Bill</p>'
        )
        made = await render_pdf(html)
        assert text_of(made).strip() == "Bill"
        assert not called.is_set()
        assert not list(PdfReader(BytesIO(made)).attachments)
        # What asks from here does reach it: the check above can fail.
        socket.create_connection(server.getsockname()).close()
        assert called.wait(5)


async def test_a_page_without_end_is_given_up(monkeypatch):
    monkeypatch.setattr(pdf, "TIMEOUT", 0.01)
    with pytest.raises(NotRendered, match="took too long"):
        await render_pdf(BILL)
    monkeypatch.setattr(pdf, "MOST_HTML", 10)
    with pytest.raises(NotRendered, match="too large"):
        await render_pdf(BILL)
