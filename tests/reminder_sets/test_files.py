"""Reminder sets as files: out and in again, a diff, and faults by their line."""

from typing import Any

import httpx
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from sqlalchemy import select

from conftest import log_in
from factories import make_firm, make_user
from invoice_tracker.accounts.models import Role
from invoice_tracker.core.deps import Adapters
from invoice_tracker.core.errors import Invalid
from invoice_tracker.firms.models import Firm
from invoice_tracker.reminder_sets.files_reading import read_file
from invoice_tracker.reminder_sets.files_schema import STEP_ORDER, SetFile
from invoice_tracker.reminder_sets.files_writing import write_file
from invoice_tracker.reminder_sets.models import ReminderStep
from invoice_tracker.reminder_sets.schemas import StepIn

SETS = "/api/v1/reminder-sets"
FILE = """\
format: 1
name: Polite
steps:
  - kind: email
    anchor: due
    offset_days: -3
    subject: Invoice {{ invoice.number }}
    body: |-
      Dear {{ client.first_name }},

      {{ invoice.balance }} is open.

      {{ pay.link }}
  - kind: email
    anchor: due
    offset_days: 7
    offset_unit: business_days
    cc:
      - cfo@example.org
    subject: Invoice {{ invoice.number }}
    body: |-
      {{ invoice.balance }} is late.
      {{ pay.link }}
"""


async def imported(client: httpx.AsyncClient, **fields: Any) -> dict[str, Any]:
    answer = await client.post(f"{SETS}/import", json={"text": FILE} | fields)
    assert answer.status_code == 201, answer.text
    saved: dict[str, Any] = answer.json()
    return saved


async def exported(client: httpx.AsyncClient, set_id: str) -> str:
    answer = await client.get(f"{SETS}/{set_id}/file")
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_in_and_out_again(client: httpx.AsyncClient) -> None:
    saved = await imported(client)
    assert [step["offset_days"] for step in saved["steps"]] == [-3, 7]
    answer = await client.get(f"{SETS}/{saved['id']}/file")
    assert answer.headers["content-type"].startswith("text/yaml")
    assert "polite.yaml" in answer.headers["content-disposition"]
    out, original = yaml.safe_load(answer.text), yaml.safe_load(FILE)
    assert all(step.pop("id") for step in out["steps"])
    assert out == original
    assert "    body: |-\n      Dear {{ client.first_name }},\n\n      {{ inv" in answer.text


async def test_a_new_version_keeps_what_its_steps_were(
    client: httpx.AsyncClient, adapters: Adapters, firm: Firm
) -> None:
    saved = await imported(client)
    set_id = saved["id"]
    out = await exported(client, set_id)
    again = await imported(client, text=out, reminder_set_id=set_id, version=1)
    assert (again["id"], again["version"]) == (set_id, 2)
    assert await exported(client, set_id) == out
    # Without ids kind and day tell; a step with other days is a new one.
    by_hand = FILE.replace("offset_days: 7", "offset_days: 8")
    await imported(client, text=by_hand, reminder_set_id=set_id, version=2)
    async with adapters.database.transaction(firm.id) as session:
        steps = (await session.scalars(select(ReminderStep))).all()
    lineages = {
        offset: {s.lineage_id for s in steps if s.offset_days == offset} for offset in (-3, 7, 8)
    }
    assert [len(found) for found in lineages.values()] == [1, 1, 1]
    assert lineages[7] != lineages[8]


async def test_a_copy_has_a_life_of_its_own(
    client: httpx.AsyncClient, adapters: Adapters, firm: Firm
) -> None:
    out = await exported(client, (await imported(client))["id"])
    copy = await imported(client, text=out.replace("name: Polite", "name: Copy"))
    theirs = yaml.safe_load(await exported(client, copy["id"]))["steps"]
    ours = yaml.safe_load(out)["steps"]
    assert {step.pop("id") for step in theirs}.isdisjoint({step.pop("id") for step in ours})
    assert theirs == ours


async def test_a_lineage_that_stands_twice_lives_on_once(client: httpx.AsyncClient) -> None:
    saved = await imported(client)
    content = yaml.safe_load(await exported(client, saved["id"]))
    content["steps"][1]["id"] = content["steps"][0]["id"]
    text = yaml.safe_dump(content)
    await imported(client, text=text, reminder_set_id=saved["id"], version=1)
    steps = yaml.safe_load(await exported(client, saved["id"]))["steps"]
    assert len({step["id"] for step in steps}) == 2


async def test_approval_of_the_whole_set_goes_along(client: httpx.AsyncClient) -> None:
    saved = await imported(client, text=f"needs_approval: yes\n{FILE}")
    assert saved["needs_approval"] is True
    assert "needs_approval: true\n" in await exported(client, saved["id"])


async def test_what_a_file_would_change(client: httpx.AsyncClient) -> None:
    saved = await imported(client)
    address = f"{SETS}/{saved['id']}/file-difference"
    same = (await client.post(address, json={"text": FILE})).json()
    assert (same["difference"], same["version"], same["findings"]) == ("", 1, [])
    changed = FILE.replace("{{ invoice.balance }} is late.\n", "It is late.\n")
    found = (await client.post(address, json={"text": changed})).json()
    assert found["difference"].splitlines()[:2] == ["--- version 1", "+++ the file"]
    assert "-      {{ invoice.balance }} is late.\n+      It is late." in found["difference"]
    [finding] = found["findings"]
    assert (finding["level"], finding["step_index"]) == ("warning", 1)
    assert FILE.splitlines()[finding["line"] - 1].strip() == "body: |-"
    assert (await client.get(f"{SETS}/{saved['id']}")).json()["version"] == 1


async def test_a_new_set_is_looked_over_before_it_is_saved(client: httpx.AsyncClient) -> None:
    found = (await client.post(f"{SETS}/file-difference", json={"text": FILE})).json()
    assert (found["name"], found["steps_count"], found["version"]) == ("Polite", 2, None)
    added = [line[1:] for line in found["difference"].splitlines()[3:]]
    assert added == FILE.splitlines()
    assert (await client.get(SETS)).json()["total"] == 0


async def test_somebody_saved_meanwhile(client: httpx.AsyncClient) -> None:
    saved = await imported(client)
    await imported(client, reminder_set_id=saved["id"], version=1)
    late = await client.post(
        f"{SETS}/import", json={"text": FILE, "reminder_set_id": saved["id"], "version": 1}
    )
    assert (late.status_code, late.json()["code"]) == (409, "reminder_set_changed")
    taken = await client.post(f"{SETS}/import", json={"text": FILE})
    assert (taken.status_code, taken.json()["code"]) == (409, "reminder_set_name_taken")
    half = await client.post(f"{SETS}/import", json={"text": FILE, "version": 1})
    assert half.status_code == 422


async def test_what_the_linter_refuses_has_its_line(client: httpx.AsyncClient) -> None:
    text = "\n\n" + FILE.replace("Dear {{ client.first_name }}", "Dear {{ client.nickname }}")
    answer = await client.post(f"{SETS}/import", json={"text": text})
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("line 10: ")
    assert "client.nickname" in answer.json()["detail"]
    assert answer.json()["errors"][0]["field"] == "steps.0.body"


async def test_another_firms_set_is_out_of_reach(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient, adapters: Adapters
) -> None:
    saved = await imported(client)
    async with adapters.database.transaction() as session:
        other = await make_firm(session, now=adapters.clock.now(), name="Other LLP")
        user = await make_user(session, firm=other, now=adapters.clock.now())
    await log_in(anonymous, adapters, user)
    body = {"text": FILE, "reminder_set_id": saved["id"], "version": 1}
    assert (await anonymous.post(f"{SETS}/import", json=body)).status_code == 404
    assert (await anonymous.get(f"{SETS}/{saved['id']}/file")).status_code == 404


async def test_a_viewer_compares_but_does_not_import(
    anonymous: httpx.AsyncClient, adapters: Adapters, firm: Firm
) -> None:
    async with adapters.database.transaction(firm.id) as session:
        viewer = await make_user(session, firm=firm, now=adapters.clock.now(), role=Role.viewer)
    await log_in(anonymous, adapters, viewer)
    body = {"text": FILE}
    assert (await anonymous.post(f"{SETS}/file-difference", json=body)).status_code == 200
    assert (await anonymous.post(f"{SETS}/import", json=body)).status_code == 403


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("offset_days: 7", "ofset_days: 7", "line 16: unknown field `ofset_days`; do you mean"),
        ("name: Polite", "name: Polite\nowner: me", "line 3: unknown field `owner`"),
        ("format: 1\n", "", "line 1: the field `format` is missing"),
        ("format: 1", "format: 2", "line 1: `format`: must be 1;"),
        ("name: Polite", "name:", "line 2: the field `name` is missing"),
        ("name: Polite", "name: Polite\nname: Rude", "line 3: `name` stands here twice, first"),
        ("kind: email", "kind: fax", "line 4: `kind`: input should be"),
        ("offset_days: 7", "offset_days: soon", "line 16: `offset_days`: input should be a valid"),
        ("offset_days: 7", "repeat_max: 3", "line 14: A repeating reminder needs both"),
        ("- cfo@example.org", "- cfo", "line 19: `cc`: value is not a valid email address"),
        ("name: Polite", "name: &a Polite", "line 2: references"),
        ("name: Polite", "name: *a", "line 2: references"),
        ("name: Polite", "name: !!python/name:os.system x", "line 2: tags with !"),
        ("name: Polite", "name: [[[[[[[[x]]]]]]]]", "line 2: the fields are nested too deeply"),
        ("name: Polite", "name: [Polite", "line 3: this is no YAML"),
        ("name: Polite", "\tname: Polite", "line 2: this is no YAML"),
        ("name: Polite", "name: Pol\x07ite", "line 2: there is a character"),
        ("name: Polite", "? [a]\n: b", "line 2: a field's name must be one word"),
        ("name: Polite", "name: Polite\n---\nname: Rude", "line 3: a file holds one set"),
    ],
)  # fmt: skip
def test_faults_have_their_line(old: str, new: str, message: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_file(FILE.replace(old, new, 1))
    assert caught.value.detail.startswith(message)
    assert caught.value.errors[0].message == caught.value.detail


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: the file is empty"),
        ("# nothing\n", "line 1: the file is empty"),
        ("- a\n", "line 1: a file begins with fields"),
        ("just words\n", "line 1: a file begins with fields"),
        ("format: 1\nname: A\nsteps: []\n", "line 3: there are no steps"),
    ],
)
def test_files_that_are_no_sets(text: str, message: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_file(text)
    assert caught.value.detail.startswith(message)


def test_all_faults_are_named_at_once() -> None:
    with pytest.raises(Invalid) as caught:
        read_file(FILE.replace("anchor: due", "anchor: full_moon").replace("kind:", "kin:"))
    assert [error.message.split(":")[0] for error in caught.value.errors] == [
        "line 4", "line 5", "line 14", "line 15",
    ]  # fmt: skip


def test_a_word_that_yaml_would_take_for_something_else_is_a_word() -> None:
    read = read_file(
        FILE.replace("Polite", "No").replace("Invoice {{ invoice.number }}", "12:30", 1)
    )
    assert read.content.name == "No"
    assert read.content.steps[0].subject == "12:30"


def test_every_field_of_a_step_has_its_place() -> None:
    assert set(STEP_ORDER) == set(StepIn.model_fields)


TEXTS = st.text(max_size=60) | st.text(
    alphabet=" \nab:#-'\"|>\t\r\x85\u2028{}é😀\x07\ufeff", max_size=40
)
STEPS = st.fixed_dictionaries(
    {},
    optional={
        "id": st.uuids(),
        "kind": st.sampled_from(["email", "call_task"]),
        "anchor": st.sampled_from(["due", "issue", "start"]),
        "offset_days": st.integers(-365, 1000),
        "offset_unit": st.sampled_from(["calendar_days", "business_days"]),
        "needs_approval": st.booleans(),
        "attach_bill": st.booleans(),
        "is_statement": st.booleans(),
        "subject": TEXTS,
        "body": TEXTS,
        "body_format": st.sampled_from(["plain", "rich"]),
        "cc": st.lists(st.sampled_from(["a@example.org", "b@example.org"]), max_size=3),
    },
)
SET_FILES = st.fixed_dictionaries(
    {"format": st.just(1), "name": TEXTS, "steps": st.lists(STEPS, min_size=1, max_size=4)},
    optional={"description": TEXTS, "needs_approval": st.booleans()},
)


def valid(fields: dict[str, Any]) -> SetFile | None:
    """As it is stored: checked, and what is cleaned away is gone."""
    try:
        once = SetFile.model_validate(fields)
        return SetFile.model_validate(once.model_dump())
    except ValidationError:
        return None


@given(SET_FILES.map(valid).filter(lambda content: content is not None))
def test_what_is_written_is_read_the_same(content: SetFile) -> None:
    text = write_file(content)
    assert read_file(text).content == content
    assert write_file(read_file(text).content) == text
    # Any other reader of YAML sees the same texts.
    assert [step["body"] for step in yaml.safe_load(text)["steps"]] == [
        step.body for step in content.steps
    ]


@given(st.text(alphabet="abc: -\n[]{}&*!|>'\"#?,%@\t", max_size=60))
def test_any_text_is_a_set_or_is_refused_in_words(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_file(text)
    assert caught.value.detail.startswith("line ")
