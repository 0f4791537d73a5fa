"""Attorneys hear in the afternoon what is planned on their matters, and can hold a client."""

import re
from datetime import date
from typing import Any

import httpx
import pytest
from scenarios.diary import Diary
from sqlalchemy import func, select

from invoice_tracker.collections.attorneys.preview import tell_attorneys
from invoice_tracker.collections.models import HoldRow
from invoice_tracker.invoices.models import Client, Invoice, Matter
from invoice_tracker.ports import OutgoingMail

MONDAY, TUESDAY, FRIDAY = date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 6)
LINK = re.compile(r"http://testserver(/veto/\S+)")


@pytest.fixture
async def told(diary: Diary) -> Diary:
    """The firm wants its attorneys to know."""
    await diary.set_rules(attorney_preview=True)
    return diary


async def bill(
    diary: Diary, email: str | None, client: Client | None = None, due_on: date = TUESDAY
) -> Invoice:
    """A bill on a matter of this attorney."""
    async with diary.adapters.database.transaction(diary.firm.id) as session:
        matter = Matter(
            firm_id=diary.firm.id,
            clio_id=int(await session.scalar(select(func.count()).select_from(Matter)) or 0) + 1,
            display_number="00012-Okafor",
            attorney_name="Jo March" if email else None,
            attorney_email=email,
        )
        session.add(matter)
        await session.flush()
    client = client or await diary.client(email=f"{email}.client@example.org")
    return await diary.invoice(due_on, client, matter_id=matter.id, matter_ids=[matter.id])


async def afternoon(diary: Diary, day: date, hour: int = 15) -> list[OutgoingMail]:
    """The worker at an hour of a day; what it mailed then."""
    diary.go_to(day, hour=hour)
    before = len(diary.mails())
    await tell_attorneys(diary.adapters, diary.firm.id)
    await diary.tick()
    return diary.mails()[before:]


async def holds(diary: Diary) -> list[HoldRow]:
    async with diary.adapters.database.transaction(diary.firm.id) as session:
        return list(await session.scalars(select(HoldRow).order_by(HoldRow.starts_at)))


def link_of(mail: OutgoingMail) -> str:
    found = LINK.search(mail.text)
    assert found is not None, mail.text
    return found.group(1)


async def show(client: httpx.AsyncClient, address: str, status: int = 200) -> str:
    answer = await client.get(address)
    assert answer.status_code == status, answer.text
    return answer.text


async def test_each_attorney_gets_one_mail_about_own_matters(told: Diary) -> None:
    jo, sam = await bill(told, "jo@law.example"), await bill(told, "sam@law.example")
    nobody = await bill(told, None)
    call = await bill(told, "calls@law.example")
    await told.start("0", jo, sam, nobody)
    await told.start("0call +30", call)
    assert await afternoon(told, MONDAY, hour=14) == []
    mails = await afternoon(told, MONDAY)
    assert sorted(mail.to for mail in mails) == ["jo@law.example", "sam@law.example"]
    [mine] = [mail for mail in mails if mail.to == "jo@law.example"]
    assert mine.subject == "1 reminder planned for Tuesday, March 3, 2026"
    assert f"Invoice {jo.number}, $1,200.00" in mine.text
    assert sam.number not in mine.text
    assert await afternoon(told, MONDAY, hour=16) == [], "once for each day"


async def test_on_friday_they_hear_of_monday(told: Diary) -> None:
    await told.start("0", await bill(told, "jo@law.example", due_on=date(2026, 3, 9)))
    [mail] = await afternoon(told, FRIDAY)
    assert "Monday, March 9" in mail.subject
    assert await afternoon(told, date(2026, 3, 8)) == []


@pytest.mark.parametrize("rules", [{"attorney_preview": False}, {"safe_mode": True}])
async def test_nobody_is_told(told: Diary, rules: dict[str, Any]) -> None:
    await told.start("0", await bill(told, "jo@law.example"))
    await told.set_rules(**rules)
    assert await afternoon(told, MONDAY) == []


async def test_looking_twice_changes_nothing_and_the_button_holds_the_client(
    told: Diary, anonymous: httpx.AsyncClient
) -> None:
    client = await told.client(name="Ada Okafor")
    first, second = [await bill(told, "jo@law.example", client) for _ in range(2)]
    other = await bill(told, "sam@law.example")
    await told.start("0 +7", first, second, other)
    mails = await afternoon(told, MONDAY)
    [mail] = [mail for mail in mails if mail.to == "jo@law.example"]
    address = link_of(mail)
    for _ in range(2):
        page = await show(anonymous, address)
        assert "Hold Ada Okafor?" in page
        assert first.number in page
    assert await holds(told) == []

    answer = await anonymous.post(address, data={"reason": "We are in settlement talks"})
    assert answer.status_code == 200
    assert "Reminders to Ada Okafor are held" in answer.text
    [hold] = await holds(told)
    assert (hold.client_id, hold.author) == (client.id, "Jo March")
    assert hold.reason == "We are in settlement talks"
    await anonymous.post(address, data={})
    assert len(await holds(told)) == 1, "a second press changes nothing"
    assert "Reminders to Ada Okafor are held" in await show(anonymous, address)

    await told.live_until(date(2026, 3, 12))
    assert told.days(first) == told.days(second) == []
    assert told.offsets(other) == [0, 7]


async def test_two_attorneys_of_one_client_have_a_link_each(
    told: Diary, anonymous: httpx.AsyncClient
) -> None:
    client = await told.client()
    jo, sam = [await bill(told, who, client) for who in ("jo@law.example", "sam@law.example")]
    await told.start("0", jo, sam)
    for mail in await afternoon(told, MONDAY):
        page = await show(anonymous, link_of(mail))
        assert (jo.number in page) == (mail.to == "jo@law.example")
        assert (sam.number in page) == (mail.to == "sam@law.example")


async def test_an_old_or_unknown_link_says_so_kindly(
    told: Diary, anonymous: httpx.AsyncClient
) -> None:
    await told.start("0", await bill(told, "jo@law.example"))
    [mail] = await afternoon(told, MONDAY)
    address = link_of(mail)
    told.go_to(TUESDAY, hour=16)
    for at in (address, "/veto/unknown"):
        assert "does not work any more" in await show(anonymous, at, status=404)
        assert (await anonymous.post(at)).status_code == 404
    assert await holds(told) == []


async def test_nothing_is_planned_any_more(told: Diary, anonymous: httpx.AsyncClient) -> None:
    invoice = await bill(told, "jo@law.example")
    await told.start("0", invoice)
    [mail] = await afternoon(told, MONDAY)
    await told.pay(invoice)
    assert "Nothing is planned for Ada Okafor" in await show(anonymous, link_of(mail))
