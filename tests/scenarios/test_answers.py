"""The client answers from a mail: what waits, what goes on, what staff make of it."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from scenarios.diary import Diary, steps
from sqlalchemy import func, select

from conftest import log_in
from factories import make_user
from invoice_tracker.collections.models import HoldRow, Promise, PromiseState
from invoice_tracker.firms.models import LinkToken
from invoice_tracker.invoices.models import Client, Invoice, TimelineEntry
from invoice_tracker.models import metadata

DUE = date(2026, 3, 16)  # a Monday
BODY = "{{ invoice.balance }} is open.\n\n{{ pay.link }}\n\n{{ answer.links }}"
LINK = re.compile(r"http://testserver(/answer/[\w-]+)")
MARK = re.compile(r'name="mark" value="([^"]+)"')
DAY = timedelta(days=1)


@dataclass
class Story:
    """A diary with a client who answers in a browser, and somebody in the office."""

    diary: Diary
    browser: httpx.AsyncClient

    async def begin(self, wanted: str, *invoices: Invoice) -> None:
        """Remind until the due day's mail is there."""
        await self.diary.start(steps(wanted, body=BODY), *invoices)
        await self.diary.live_until(DUE)

    def link(self) -> str:
        """From the latest mail to a client."""
        for mail in reversed(self.diary.mails()):
            found = LINK.search(mail.text)
            if found:
                return found.group(1)
        raise AssertionError("no mail has a link to answer")

    async def say(self, kind: str, link: str | None = None, **fields: Any) -> httpx.Response:
        """Open the form, fill it in, and press its button."""
        address = link or self.link()
        form = await self.browser.get(address, params={"say": kind})
        mark = MARK.search(form.text)
        data = {"say": kind, "mark": mark.group(1) if mark else "", **fields}
        return await self.browser.post(address, data=data)

    async def office(self, method: str, path: str, **fields: Any) -> dict[str, Any]:
        """The API as a member of staff."""
        async with self.diary.adapters.database.transaction(self.diary.firm.id) as session:
            user = await make_user(session, firm=self.diary.firm, now=self.diary.clock.now())
        await log_in(self.browser, self.diary.adapters, user)
        answer = await self.browser.request(method, f"/api/v1{path}", **fields)
        assert answer.status_code == 200, answer.text
        self.browser.cookies.clear()
        found: dict[str, Any] = answer.json()
        return found

    async def to_do(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.office("GET", "/answers?to_do=true"))["items"]
        return found

    async def decide(self, verdict: str, **fields: Any) -> None:
        [answer] = await self.to_do()
        await self.office(
            "POST", f"/answers/{answer['id']}/decide", json={"verdict": verdict, **fields}
        )

    async def why(self, invoice: Invoice) -> str:
        found = await self.office("GET", f"/invoices/{invoice.id}/explanation")
        return str(found["sentence"])

    async def titles(self, invoice: Invoice) -> list[str]:
        async with self.diary.adapters.database.transaction(self.diary.firm.id) as session:
            rows = await session.scalars(
                select(TimelineEntry.title)
                .where(TimelineEntry.invoice_id == invoice.id)
                .order_by(TimelineEntry.at, TimelineEntry.id)
            )
            return list(rows)

    async def open_holds(self) -> list[HoldRow]:
        async with self.diary.adapters.database.transaction(self.diary.firm.id) as session:
            rows = await session.scalars(select(HoldRow).where(HoldRow.released_at.is_(None)))
            return list(rows)

    async def rows(self) -> int:
        """Of all tables together."""
        async with self.diary.adapters.database.transaction(self.diary.firm.id) as session:
            counts = [
                await session.scalar(select(func.count()).select_from(table)) or 0
                for table in metadata.sorted_tables
            ]
            return sum(counts)

    def reminders(self) -> int:
        return len(self.diary.days()) - len(self.notices())

    def notices(self) -> list[str]:
        """Subjects of the mails to the office."""
        return [mail.subject for mail in self.diary.mails() if " answered: " in mail.subject]


@pytest.fixture
async def story(diary: Diary, anonymous: httpx.AsyncClient) -> Story:
    anonymous.headers["Origin"] = "http://testserver"
    return Story(diary, anonymous)


async def test_paid_waits_a_week_and_goes_on_if_nobody_finds_it(story: Story) -> None:
    invoice = await story.diary.invoice(DUE)
    await story.begin("-3 0 +2 +15", invoice)
    assert story.diary.offsets(invoice) == [-3, 0]
    answer = await story.say(
        "paid", paid_on="2026-03-14", paid_by="check", reference="77", note="By post"
    )
    assert answer.status_code == 303
    said = (
        "The client answered on March 16, 2026:"
        " I have paid by check on March 14, 2026, reference 77"
    )
    assert said in await story.titles(invoice)
    assert f"{said}; reminders wait until March 23, 2026." in await story.why(invoice)
    [task] = await story.to_do()
    assert (task["kind"], task["note"], task["state"]) == ("paid", "By post", "open")

    await story.diary.live_until(DUE + 6 * DAY)
    assert story.diary.offsets(invoice) == [-3, 0]
    await story.diary.live_until(DUE + 20 * DAY)
    assert story.diary.offsets(invoice) == [-3, 0, 7, 15]
    assert len(await story.to_do()) == 1, "the task stays until somebody looks"
    assert len(story.notices()) == 1


async def test_a_payment_that_comes_ends_the_task_by_itself(story: Story) -> None:
    invoice = await story.diary.invoice(DUE)
    await story.begin("0 +2", invoice)
    await story.say("paid")
    await story.diary.pay(invoice)
    assert await story.to_do() == []
    page = await story.browser.get(story.link())
    assert "There is nothing left to pay" in page.text
    assert "nothing left to pay" in (await story.say("paid")).text


async def test_found_waits_for_clio_and_not_found_goes_on(story: Story) -> None:
    invoice = await story.diary.invoice(DUE)
    await story.begin("0 +2 +30", invoice)
    await story.say("paid")
    await story.decide("accept")
    assert await story.to_do() == []
    await story.diary.live_until(DUE + 13 * DAY)
    assert story.diary.offsets(invoice) == [0]
    await story.diary.live_until(DUE + 15 * DAY)
    assert story.diary.offsets(invoice) == [0, 14]


async def test_a_decision_can_be_taken_back(story: Story) -> None:
    invoice = await story.diary.invoice(DUE)
    await story.begin("0 +2", invoice)
    await story.say("plan", note="Two parts")
    [task] = await story.to_do()
    path = f"/answers/{task['id']}"
    await story.office("POST", f"{path}/decide", json={"verdict": "decline"})
    assert await story.open_holds() == []
    await story.office("POST", f"{path}/reopen")
    [task] = await story.to_do()
    assert task["invoices"][0]["is_held"]
    await story.diary.live_until(DUE + 30 * DAY)
    assert story.diary.offsets(invoice) == [0], "a plan is waited for until somebody decides"
    await story.decide("accept", until="2026-05-04")
    await story.diary.live_until(date(2026, 5, 5))
    assert story.diary.days(invoice) == [DUE, date(2026, 5, 4)]


async def test_a_promise_that_is_broken_goes_on_where_it_was(story: Story) -> None:
    invoice = await story.diary.invoice(DUE)
    await story.begin("-3 0 +2 +7", invoice)
    answer = await story.say("promise", promised_on="2026-03-20")
    assert answer.status_code == 303
    assert "has promised to pay $1,200.00 by March 20, 2026" in await story.why(invoice)
    assert "The client answered on March 16, 2026: I will pay on March 20, 2026" in (
        await story.titles(invoice)
    )
    await story.diary.live_until(date(2026, 3, 23))
    assert story.diary.offsets(invoice) == [-3, 0]
    await story.diary.live_until(date(2026, 3, 25))
    assert story.diary.offsets(invoice) == [-3, 0, 8]
    assert await story.to_do() == [], "a broken promise is told among the promises"


async def test_a_promise_that_is_kept(story: Story) -> None:
    invoice = await story.diary.invoice(DUE)
    await story.begin("0 +2", invoice)
    await story.say("promise", promised_on="2026-03-20")
    await story.diary.live_until(DUE + 2 * DAY)
    await story.diary.pay(invoice)
    await story.diary.live_until(DUE + 20 * DAY)
    assert story.diary.offsets(invoice) == [0]
    async with story.diary.adapters.database.transaction(story.diary.firm.id) as session:
        promise = (await session.scalars(select(Promise))).one()
        assert (promise.state, promise.amount_minor) == (PromiseState.kept, 120_000)


@pytest.mark.parametrize("day", ["", "2026-03-15", "2026-04-17", "next week"])
async def test_a_day_out_of_bounds_is_no_promise(story: Story, day: str) -> None:
    invoice = await story.diary.invoice(DUE)
    await story.begin("0 +4", invoice)
    answer = await story.say("promise", promised_on=day)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert await story.open_holds() == []
    await story.diary.live_until(DUE + 4 * DAY)
    assert story.diary.offsets(invoice) == [0, 4]


async def test_a_dispute_waits_until_it_is_resolved(story: Story) -> None:
    invoice = await story.diary.invoice(DUE)
    await story.begin("0 +4", invoice)
    assert (await story.say("dispute")).status_code == 422, "why?"
    await story.say("dispute", note="The hours <b>of</b> March 3")
    [task] = await story.to_do()
    assert task["note"] == "The hours <b>of</b> March 3"
    assert "The client disputes this invoice: “The hours" in await story.why(invoice)
    await story.diary.live_until(DUE + 60 * DAY)
    assert story.diary.offsets(invoice) == [0]
    await story.decide("decline", note="Explained by phone")
    await story.diary.live_until(DUE + 62 * DAY)
    assert len(story.diary.days(invoice)) == 2
    assert "<b>of</b>" not in "".join(mail.html for mail in story.diary.mails())


async def test_not_me_stops_everything_to_that_client(story: Story) -> None:
    client = await story.diary.client()
    first, second = [await story.diary.invoice(DUE, client) for _ in range(2)]
    stranger = await story.diary.client(email="other@example.org")
    other = await story.diary.invoice(DUE, stranger)
    await story.diary.start(steps("+1 +2", body=BODY), other)
    await story.diary.start(steps("+5", body=BODY), second)
    await story.begin("0 +8", first)
    await story.say("not_me", note="Try Bo")
    assert "ada@example.org" in (await story.to_do())[0]["recipient"]
    assert "This is not me" in await story.why(second)
    await story.diary.live_until(DUE + 40 * DAY)
    assert story.diary.offsets(first) == [0]
    assert story.diary.offsets(second) == []
    assert story.diary.offsets(other)[:1] == [1]

    # Neither a pause of the client nor its end touches the hold.
    await story.office("POST", f"/clients/{client.id}/pause", json={"reason": "Holiday"})
    await story.office("POST", f"/clients/{client.id}/resume")
    assert "This is not me" in await story.why(second)
    await story.decide("decline", note="The address is right")
    await story.diary.live_until(DUE + 45 * DAY)
    assert second.number in story.diary.mails()[-1].subject


async def test_the_client_ticks_which_invoices_of_a_mail_it_concerns(story: Story) -> None:
    client = await story.diary.client()
    one = await story.diary.invoice(DUE, client, number="A-1", total_minor=50_000)
    two = await story.diary.invoice(DUE, client, number="B-2", total_minor=30_000)
    await story.begin("0 +5", one, two)
    assert story.reminders() == 1
    form = (await story.browser.get(story.link(), params={"say": "dispute"})).text
    assert form.count('type="checkbox"') == form.count(" checked") == 2
    assert "$500.00" in form
    nothing = await story.say("dispute", note="Wrong", invoice=[])
    assert "tick at least one" in nothing.text
    await story.say("dispute", note="Wrong", invoice=[str(one.id), "nonsense"])
    [task] = await story.to_do()
    assert [each["invoice"]["number"] for each in task["invoices"]] == ["A-1"]
    await story.diary.live_until(DUE + 7 * DAY)
    mail = story.diary.mails()[-1]
    assert "B-2" in mail.subject
    assert "A-1" not in mail.subject + mail.text + mail.html, "held: in no mail"
    assert "800" not in mail.text, "and in no total"


async def test_an_answer_can_be_changed_and_counts_once(story: Story) -> None:
    invoice = await story.diary.invoice(DUE)
    await story.begin("0 +4", invoice)
    for _ in range(3):
        await story.say("plan")
    page = await story.browser.get(story.link())
    assert "Thank you. We have your answer" in page.text
    assert "You answered on March 16, 2026: I need a plan." in page.text
    assert len(await story.to_do()) == 1
    await story.say("promise", promised_on="2026-03-18")
    [task] = await story.to_do()
    assert task["kind"] == "promise"
    [hold] = await story.open_holds()
    assert hold.kind == "promise"
    found = await story.office("GET", f"/invoices/{invoice.id}/answers")
    assert {each["kind"]: each["state"] for each in found["items"]} == {
        "plan": "replaced",
        "promise": "open",
    }
    await story.diary.tick()
    assert len(story.notices()) == 2


async def test_who_answers_again_and_again_is_asked_to_call(story: Story) -> None:
    invoice = await story.diary.invoice(DUE)
    await story.begin("0 +4", invoice)
    answers = [await story.say("plan", note=f"No. {number}") for number in range(7)]
    assert [each.status_code for each in answers] == [303] * 5 + [429] * 2
    assert "Please call" in answers[-1].text
    assert len(await story.open_holds()) == 1


async def test_ten_scanners_change_nothing(story: Story) -> None:
    invoice = await story.diary.invoice(DUE)
    await story.begin("0 +4", invoice)
    before = await story.rows()
    link = story.link()
    for _ in range(10):
        for method in ("GET", "HEAD"):
            page = await story.browser.request(method, link)
            assert page.status_code == 200
        page = await story.browser.get(link)
        found = re.findall(r'href="(/answer/[^"]+)"', page.text)
        assert len(found) == 5
        for address in found:
            assert (await story.browser.get(address.replace("&amp;", "&"))).status_code == 200
        # Without the mark of a form that was shown a button has no effect either.
        assert (await story.browser.post(link, data={"say": "plan"})).status_code == 200
    assert await story.rows() == before
    await story.diary.live_until(DUE + 4 * DAY)
    assert story.diary.offsets(invoice) == [0, 4]


async def test_links_are_one_for_each_mail_and_person_and_can_be_ended(story: Story) -> None:
    invoice = await story.diary.invoice(DUE)
    await story.begin("-3 0 +4", invoice)
    links = {found for mail in story.diary.mails() for found in LINK.findall(mail.text)}
    assert len(links) == 1
    [token] = [link.removeprefix("/answer/") for link in links]
    assert len(token) * 6 >= 128
    async with story.diary.adapters.database.transaction(story.diary.firm.id) as session:
        kept = await session.scalars(select(LinkToken.token_hash))
        assert token.encode() not in kept.all(), "only its hash is kept"
    await story.say("plan")
    [task] = await story.to_do()
    await story.office("POST", f"/answers/{task['id']}/end-links")
    gone = await story.browser.get(f"/answer/{token}")
    assert gone.status_code == 404
    assert "does not work any more" in gone.text
    await story.decide("decline")
    await story.diary.live_until(DUE + 4 * DAY)
    assert story.link() not in links, "the next mail has another"
    assert (await story.browser.get(story.link())).status_code == 200


async def test_an_old_link_says_so_kindly(story: Story) -> None:
    invoice = await story.diary.invoice(DUE)
    await story.begin("0", invoice)
    story.diary.go_to(DUE + 181 * DAY)
    answer = await story.browser.get(story.link())
    assert answer.status_code == 404
    assert "simply reply to that e-mail" in answer.text
    assert (await story.say("plan")).status_code == 404
    example = await story.browser.get("/answer/example")
    assert "preview or a test" in example.text


async def test_resuming_on_the_invoice_ends_the_task(story: Story) -> None:
    invoice = await story.diary.invoice(DUE)
    [collection_id] = await story.diary.start(steps("0 +4", body=BODY), invoice)
    await story.diary.live_until(DUE)
    await story.say("plan")
    await story.diary.resume(collection_id)
    assert await story.to_do() == []
    await story.diary.live_until(DUE + 4 * DAY)
    assert story.diary.offsets(invoice) == [0, 4]


async def test_who_answers_of_one_client_sees_nothing_of_another(story: Story) -> None:
    """A bill that was given to another client in Clio is left out of the page."""
    client, other = await story.diary.client(), await story.diary.client(name="Bo Lind")
    one = await story.diary.invoice(DUE, client, number="A-1")
    two = await story.diary.invoice(DUE + DAY, client, number="B-2")
    await story.diary.start(steps("-1 0", body=BODY), one, two)
    await story.diary.live_until(DUE)
    link = story.link()
    page = (await story.browser.get(link)).text
    async with story.diary.adapters.database.transaction(story.diary.firm.id) as session:
        row = await session.get_one(Invoice, two.id)
        row.client_id = (await session.get_one(Client, other.id)).id
    after = (await story.browser.get(link)).text
    if "B-2" in page and "A-1" in page:
        assert "B-2" not in after
