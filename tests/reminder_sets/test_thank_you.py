"""The thank-you mail through the API: its text, its switches, preview and test."""

import httpx
import pytest

from fakes import FakeMailer
from invoice_tracker.core.deps import Adapters
from invoice_tracker.firms.models import Firm
from invoice_tracker.outbox.handlers import AlwaysWanted
from invoice_tracker.outbox.jobs import deliver_due

URL = "/api/v1/thank-you"
OWN = {
    "is_enabled": True,
    "includes_clio": True,
    "subject": "Thanks",
    "body": "<p>Dear {{ client.name }}</p><script>x</script>",
    "body_format": "rich",
}


async def test_it_begins_off_with_a_ready_made_text(client: httpx.AsyncClient) -> None:
    text = (await client.get(URL)).json()
    assert (text["is_enabled"], text["includes_clio"]) == (False, False)
    preview = await client.post(
        f"{URL}/preview", json={key: text[key] for key in ("subject", "body", "body_format")}
    )
    assert preview.json()["findings"] == []
    assert preview.json()["mail"]["problems"] == []
    assert "$265.50" in preview.json()["mail"]["text"]


async def test_a_text_of_their_own(client: httpx.AsyncClient) -> None:
    answer = await client.put(URL, json=OWN)
    assert answer.json() == OWN | {"body": "<p>Dear {{ client.name }}</p>"}
    assert (await client.get(URL)).json() == answer.json()
    assert (await client.put(URL, json=OWN | {"is_enabled": False})).json()["is_enabled"] is False


@pytest.mark.parametrize("body", ["{{ nope }}", "{{ broken", ""])
async def test_a_text_with_errors_is_not_saved(client: httpx.AsyncClient, body: str) -> None:
    answer = await client.put(URL, json=OWN | {"body": body, "body_format": "plain"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "body"


async def test_a_test_goes_to_oneself(
    client: httpx.AsyncClient, adapters: Adapters, firm: Firm
) -> None:
    text = {"subject": "Thanks", "body": "{{ payment.amount }}", "body_format": "plain"}
    sent_to = (await client.post(f"{URL}/test", json=text)).json()["sent_to"]
    handlers = {"test_mail": AlwaysWanted()}
    await deliver_due(adapters, firm.id, handlers=handlers, kinds=["test_mail"])
    assert isinstance(adapters.mailer, FakeMailer)
    [mail] = adapters.mailer.sent
    assert (mail.to, mail.subject) == (sent_to, "[Test] Thanks")


async def test_its_variables_are_not_those_of_reminders(client: httpx.AsyncClient) -> None:
    of_thanks = {each["name"] for each in (await client.get(f"{URL}/variables")).json()["items"]}
    answer = await client.get("/api/v1/reminder-sets/variables")
    of_reminders = {each["name"] for each in answer.json()["items"]}
    only = {"payment.amount", "payment.date", "payment.remaining"}
    assert of_thanks - of_reminders == only
    step = {"subject": "Invoice {{ invoice.number }}", "body": "{{ payment.amount }}"}
    lint = await client.post("/api/v1/reminder-sets/lint", json={"steps": [step]})
    assert "only known in the thank-you mail" in lint.json()["items"][0]["message"]
