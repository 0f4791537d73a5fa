"""Who may read and decide answers, what is refused, and that another firm's link opens nothing."""

from datetime import date

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from conftest import log_in
from factories import make_client, make_firm, make_invoice, make_user
from invoice_tracker.accounts.models import Role
from invoice_tracker.answers.giving import Given, give_answer
from invoice_tracker.answers.places import open_place
from invoice_tracker.core.deps import Adapters
from invoice_tracker.core.errors import NotFound
from invoice_tracker.domain.client_answers import Answer, AnswerKind
from invoice_tracker.firms.links import open_link
from invoice_tracker.firms.models import Firm, LinkKind
from invoice_tracker.invoices.models import Invoice
from invoice_tracker.reminder_sets.answer_links import make_answer_link

ANSWERS = "/api/v1/answers"
WHO = "ada@example.org"


@pytest.fixture
async def invoice(adapters: Adapters, firm: Firm, session: AsyncSession) -> Invoice:
    client = await make_client(session, firm=firm)
    return await make_invoice(
        session, firm=firm, client=client, now=adapters.clock.now(), due_on=date(2026, 4, 1)
    )


@pytest.fixture
async def token(adapters: Adapters, session: AsyncSession, invoice: Invoice) -> str:
    return await make_answer_link(
        session,
        adapters.vault,
        firm_id=invoice.firm_id,
        invoice_ids=[invoice.id],
        recipient=WHO,
        now=adapters.clock.now(),
    )


async def give(session: AsyncSession, adapters: Adapters, token: str, answer: Answer) -> Given:
    now = adapters.clock.now()
    place = await open_place(session, token=token, now=now)
    ids = [each.id for each in place.invoices]
    return await give_answer(
        session, adapters, place=place, invoice_ids=ids, answer=answer, now=now
    )


@pytest.fixture
async def answer_id(
    session: AsyncSession, adapters: Adapters, client: httpx.AsyncClient, token: str
) -> str:
    assert await give(session, adapters, token, Answer(AnswerKind.plan)) is Given.taken
    return str((await client.get(ANSWERS)).json()["items"][0]["id"])


async def test_staff_read_and_decide(client: httpx.AsyncClient, answer_id: str) -> None:
    page = (await client.get(ANSWERS, params={"to_do": True})).json()
    assert page["total"] == 1
    decided = await client.post(f"{ANSWERS}/{answer_id}/decide", json={"verdict": "accept"})
    assert decided.json()["state"] == "accepted"
    assert decided.json()["ended_by"] == "Dana Hale"
    again = await client.post(f"{ANSWERS}/{answer_id}/decide", json={"verdict": "decline"})
    assert again.status_code == 409
    assert (await client.get(ANSWERS, params={"to_do": True})).json()["total"] == 0
    assert (await client.get(ANSWERS)).json()["total"] == 1
    assert (await client.post(f"{ANSWERS}/{answer_id}/reopen")).json()["state"] == "open"
    assert (await client.post(f"{ANSWERS}/{answer_id}/reopen")).status_code == 409


@pytest.mark.parametrize(
    "body",
    [
        {"verdict": "perhaps"},
        {"verdict": "decline", "until": "2026-05-01"},
        {"verdict": "accept", "until": "2026-01-01"},
        {"verdict": "accept", "note": "x" * 501},
        {"verdict": "accept", "note": "\0"},
    ],
)
async def test_what_cannot_be_decided_changes_nothing(
    client: httpx.AsyncClient, answer_id: str, body: dict[str, str]
) -> None:
    answer = await client.post(f"{ANSWERS}/{answer_id}/decide", json=body)
    assert answer.status_code == 422, answer.text
    assert (await client.get(ANSWERS)).json()["items"][0]["state"] == "open"


async def test_a_viewer_reads_and_decides_nothing(
    anonymous: httpx.AsyncClient,
    adapters: Adapters,
    session: AsyncSession,
    firm: Firm,
    token: str,
) -> None:
    await give(session, adapters, token, Answer(AnswerKind.plan))
    viewer = await make_user(session, firm=firm, now=adapters.clock.now(), role=Role.viewer)
    await log_in(anonymous, adapters, viewer)
    [found] = (await anonymous.get(ANSWERS)).json()["items"]
    for verb in ("decide", "reopen", "end-links"):
        answer = await anonymous.post(
            f"{ANSWERS}/{found['id']}/{verb}",
            json={"verdict": "accept"} if verb == "decide" else None,
        )
        assert answer.status_code == 403


async def test_pages_of_the_list(
    client: httpx.AsyncClient, session: AsyncSession, adapters: Adapters, token: str
) -> None:
    for number in range(3):
        await give(session, adapters, token, Answer(AnswerKind.plan, note=str(number)))
    first = (await client.get(ANSWERS, params={"limit": 2})).json()
    rest = await client.get(ANSWERS, params={"limit": 2, "cursor": first["next_cursor"]})
    ids = [each["id"] for each in first["items"] + rest.json()["items"]]
    assert len(set(ids)) == 3
    assert (await client.get(ANSWERS, params={"cursor": "bm9wZQ=="})).status_code == 422


async def test_a_link_to_pay_is_none_to_answer_and_the_other_way_round(
    session: AsyncSession, adapters: Adapters, invoice: Invoice, token: str
) -> None:
    now = adapters.clock.now()
    with pytest.raises(NotFound):
        await open_link(session, token=token, kind=LinkKind.pay, now=now)
    pay = adapters.vault.derive_token(LinkKind.pay, str(invoice.id))
    with pytest.raises(NotFound):
        await open_place(session, token=pay, now=now)


async def test_a_link_opens_its_own_firm_and_nothing_else(
    anonymous: httpx.AsyncClient,
    adapters: Adapters,
    session: AsyncSession,
    invoice: Invoice,
    token: str,
) -> None:
    now = adapters.clock.now()
    other = await make_firm(session, now=now, name="Other LLP")
    client = await make_client(session, firm=other)
    theirs = await make_invoice(session, firm=other, client=client, now=now, due_on=now.date())
    page = await anonymous.get(f"/answer/{token}")
    assert "Hale &amp; Moreno LLP" in page.text
    assert invoice.number in page.text
    assert "Other LLP" not in page.text
    place = await open_place(session, token=token, now=now)
    given = await give_answer(
        session,
        adapters,
        place=place,
        invoice_ids=[theirs.id],
        answer=Answer(AnswerKind.plan),
        now=now,
    )
    assert given is Given.nothing_owed, "an invoice the link is not about is not there"


async def test_the_page_says_what_was_typed_back_escaped(
    anonymous: httpx.AsyncClient, token: str
) -> None:
    form = (await anonymous.get(f"/answer/{token}", params={"say": "paid"})).text
    mark = form.split('name="mark" value="')[1].split('"')[0]
    answer = await anonymous.post(
        f"/answer/{token}",
        data={
            "say": "paid",
            "mark": mark,
            "paid_on": "2030-01-01",
            "note": "<script>alert(1)</script>",
            "reference": '"><b>',
        },
    )
    assert answer.status_code == 422
    assert "<script" not in answer.text
    assert '"><b>' not in answer.text
    assert "&lt;script&gt;" in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
