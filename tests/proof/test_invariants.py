"""Each check of the proof can fail: a broken record of each kind is found, and by its own check."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4

import pytest
from proof.evidence import (
    Claim,
    ClioSaid,
    Evidence,
    Line,
    Mail,
    Message,
    Reminder,
    Rules,
    WallCheck,
)
from proof.happenings import expected
from proof.invariants import amounts_in, judge
from proof.planned import DEEDS
from proof.report import Report
from proof.spoken import DISPUTE, PAUSE, Spoken
from proof.turnstile import LATEST

MONDAY = datetime(2026, 3, 9, 14, 0, tzinfo=UTC)
"""Ten in New York, the day after its clocks went forward; nine before that."""
RULES = Rules(
    zone="America/New_York",
    window_start=time(9),
    window_end=time(16),
    weekdays=(0, 1, 2, 3, 4),
    closed=(),
    safe_mode=False,
    sender_verified=True,
)
LINE = Line(
    key="c1:s1:1:ada@example.org",
    reminder_id="r1",
    invoice_id="i1",
    number="1042",
    firm_id="f1",
    stored_minor=120_000,
    open_minor=120_000,
    invoice_state="awaiting_payment",
    collection_state="active",
    holds=(),
    under_way=(),
    ledger_money_minor=0,
    stripe_money_minor=0,
    read_at=MONDAY - timedelta(seconds=2),
    clio=ClioSaid(MONDAY - timedelta(seconds=2), "awaiting_payment", 120_000),
    others=("1043",),
)
OTHER = replace(
    LINE,
    key="c2:s1:1:ada@example.org",
    reminder_id="r2",
    invoice_id="i2",
    number="1043",
    stored_minor=5_050,
    open_minor=5_050,
    clio=ClioSaid(MONDAY - timedelta(seconds=2), "awaiting_payment", 5_050),
    others=("1042",),
)
TEXT = "Invoice 1042 is open: $1,200.00.\n\nhttps://firm.test/pay/1043.10.50\n"
CLAIM = Claim(
    at=MONDAY,
    row_id="m1",
    firm_id="f1",
    kind="reminder",
    to="ada@example.org",
    sender="billing@firm.test",
    subject="Invoice 1042",
    text=TEXT,
    rules=RULES,
    lines=(LINE,),
)
MAIL = Mail(
    message_id="<1@firm.test>",
    recipients=("ada@example.org",),
    sender="billing@firm.test",
    subject="Invoice 1042",
    text=TEXT,
    at=MONDAY + timedelta(seconds=1),
    claim=CLAIM,
)
MESSAGE = Message("m1", "<1@firm.test>", "reminder", "sent", None, MONDAY)
REMINDER = Reminder("r1", LINE.key, "email", "sent", None, 120_000, MONDAY, "m1", "active")
GOOD = Evidence(
    ended_at=MONDAY + timedelta(days=30),
    mails=(MAIL,),
    messages=(MESSAGE,),
    reminders=(REMINDER,),
    wall=(WallCheck("a row", 3),),
)
GROUP_TEXT = "1042: $1,200.00\n1043: $50.50\nIn all: $1,250.50"


def broken(evidence: Evidence) -> set[int]:
    """Numbers of the invariants that do not hold."""
    return {verdict.number for verdict in judge(evidence) if verdict.violations}


def with_line(**changes: object) -> Evidence:
    line = replace(LINE, **changes)  # type: ignore[arg-type]
    return with_claim(lines=(line,))


def with_claim(**changes: object) -> Evidence:
    return with_mail(claim=replace(CLAIM, **changes))  # type: ignore[arg-type]


def with_rules(**changes: object) -> Evidence:
    return with_claim(rules=replace(RULES, **changes))  # type: ignore[arg-type]


def with_mail(**changes: object) -> Evidence:
    return replace(GOOD, mails=(replace(MAIL, **changes),))  # type: ignore[arg-type]


def with_message(**changes: object) -> Evidence:
    return replace(GOOD, messages=(replace(MESSAGE, **changes),))  # type: ignore[arg-type]


def with_reminder(**changes: object) -> Evidence:
    return replace(GOOD, reminders=(replace(REMINDER, **changes),))  # type: ignore[arg-type]


def a_group(text: str = GROUP_TEXT, lines: tuple[Line, ...] = (LINE, OTHER)) -> Evidence:
    """One mail about two invoices of one client."""
    claim = replace(CLAIM, lines=lines, text=text)
    both = (REMINDER, replace(REMINDER, reminder_id="r2", key=OTHER.key, balance_minor=5_050))
    return replace(GOOD, mails=(replace(MAIL, text=text, claim=claim),), reminders=both)


def a_statement(stated: Line, text: str = GROUP_TEXT) -> Evidence:
    """One reminder, and another of the client's invoices that only stands in the mail."""
    return with_mail(text=text, claim=replace(CLAIM, stated=(stated,), text=text))


def at(local: datetime) -> Evidence:
    """Claimed at this instant, everything else just before or after it."""
    line = replace(LINE, read_at=local, clio=replace(LINE.clio, at=local))  # type: ignore[type-var]
    return with_mail(at=local, claim=replace(CLAIM, at=local, lines=(line,)))


def test_a_good_year_holds() -> None:
    assert broken(GOOD) == set()
    assert all(verdict.checks > 0 for verdict in judge(GOOD))


def test_what_is_approved_ahead_may_wait_for_its_day() -> None:
    assert broken(with_reminder(state="approved")) == set()


def test_one_mail_about_two_invoices_holds() -> None:
    assert broken(a_group()) == set()


def test_a_statement_holds() -> None:
    assert broken(a_statement(STATED)) == set()


PAID = replace(
    with_claim(lines=(replace(LINE, open_minor=0, stored_minor=0),)),
    reminders=(replace(REMINDER, balance_minor=0),),
)
PAID = replace(PAID, mails=(replace(PAID.mails[0], text="Open: $0.00"),))
TWICE = (MAIL, replace(MAIL, message_id="<2@firm.test>"))
STATED = replace(OTHER, key="", reminder_id="", number="1043")
CASES: dict[str, tuple[Evidence, int]] = {
    "one step to one recipient in two mails": (replace(GOOD, mails=TWICE), 1),
    "one mail twice": (replace(GOOD, mails=(MAIL, MAIL)), 1),
    "a mail nobody decided": (with_mail(claim=None), 1),
    "a reminder of nothing": (with_claim(lines=()), 1),
    "somebody else got it": (with_mail(recipients=("eve@example.org",)), 1),
    "paid by the books": (PAID, 2),
    "a bank debit under way": (with_line(under_way=("a bank debit",)), 2),
    "Stripe knew of money": (with_line(stripe_money_minor=120_000), 2),
    "Stripe had a bank debit under way": (with_line(stripe_under_way_minor=120_000), 2),
    "Clio had just said paid": (
        with_line(clio=ClioSaid(MONDAY, "awaiting_payment", 0)),
        2,
    ),
    "the books are old": (with_line(read_at=MONDAY - timedelta(minutes=31)), 3),
    "Clio was not asked": (with_line(clio=None), 3),
    "Clio was asked long before": (
        with_line(clio=ClioSaid(MONDAY - timedelta(hours=1), "awaiting_payment", 120_000)),
        3,
    ),
    "a message without an end": (with_message(state="waiting", message_id="<9@firm.test>"), 4),
    "a claimed message": (with_message(state="claimed", message_id="<9@firm.test>"), 4),
    "cancelled without a reason": (with_message(state="cancelled", message_id="<9@firm.test>"), 4),
    "sent and never came": (with_message(message_id="<9@firm.test>"), 4),
    "failed and came all the same": (with_message(state="failed", reason="Refused"), 4),
    "a reminder without an end": (with_reminder(state="queued"), 4),
    "approved, and nobody will ever send it": (
        with_reminder(state="approved", collection_state="stopped"),
        4,
    ),
    "skipped without a reason": (with_reminder(state="skipped"), 4),
    "an amount that is not stored": (with_mail(text="Open: $1,200.01"), 5),
    "no amount at all": (with_mail(text="Please pay."), 5),
    "a total that is not the sum": (a_group(GROUP_TEXT.replace("1,250.50", "1,250.51")), 5),
    "a group without its total": (a_group("1042: $1,200.00, 1043: $50.50"), 5),
    "a total without one of its rows": (a_group("1042: $1,200.00\n1043: $50.50\n$1,200.00"), 5),
    "one row of two says another amount": (
        a_group("1042: $1,200.00\n1043: $50.00\nIn all: $1,250.50"),
        5,
    ),
    "a statement's total leaves a row out": (
        a_statement(STATED, GROUP_TEXT.replace("1,250.50", "1,200.00")),
        5,
    ),
    "a statement's row is not what is owed": (
        a_statement(replace(STATED, open_minor=5_000), GROUP_TEXT),
        5,
    ),
    "a row changed afterwards": (with_reminder(balance_minor=1), 5),
    "stored is not what is owed": (with_line(open_minor=110_000), 5),
    "before the window": (at(datetime(2026, 3, 9, 12, 59, tzinfo=UTC)), 6),
    "after the window": (at(datetime(2026, 3, 9, 20, 0, tzinfo=UTC)), 6),
    "on a Saturday": (at(datetime(2026, 3, 7, 16, 0, tzinfo=UTC)), 6),
    "on a day the firm is closed": (
        with_rules(closed=((date(2026, 3, 9), date(2026, 3, 9)),)),
        6,
    ),
    "in another zone's window": (with_rules(zone="Asia/Kolkata"), 6),
    "long on its way": (with_mail(at=MONDAY + timedelta(hours=1)), 6),
    "held": (with_line(holds=("a kind nobody has thought of yet",)), 7),
    "disputed": (with_line(holds=("dispute",)), 7),
    "disputed, and the product has lost it": (with_line(said=("a dispute of the invoice",)), 7),
    "paused, and the product has lost it": (with_line(said=("a pause of the client",)), 7),
    "promised": (with_line(promised=("2026-03-09",)), 7),
    "one of two is disputed": (
        a_group(lines=(LINE, replace(OTHER, said=("a dispute of the invoice",)))),
        7,
    ),
    "one of two is promised": (a_group(lines=(LINE, replace(OTHER, promised=("2026-03-09",)))), 7),
    "one of two is void": (a_group(lines=(LINE, replace(OTHER, invoice_state="void"))), 7),
    "a disputed one in a statement": (a_statement(replace(STATED, holds=("dispute",))), 7),
    "a void one in a statement": (a_statement(replace(STATED, invoice_state="void")), 7),
    "deleted": (with_line(invoice_state="deleted"), 7),
    "deleted in Clio": (with_line(clio=ClioSaid(MONDAY, "deleted", 120_000)), 7),
    "stopped": (with_line(collection_state="stopped"), 7),
    "void": (with_line(invoice_state="void"), 7),
    "void in Clio": (with_line(clio=ClioSaid(MONDAY, "void", 120_000)), 7),
    "names another invoice": (with_mail(text=f"{TEXT} Also 1043."), 7),
    "in Safe Mode": (with_rules(safe_mode=True), 7),
    "before the sender is verified": (with_rules(sender_verified=False), 7),
    "a row seen over the wall": (replace(GOOD, wall=(WallCheck("a row", 1, ("seen",)),)), 8),
    "another firm's invoice": (with_line(firm_id="f2"), 8),
    "another firm's row in a statement": (a_statement(replace(STATED, firm_id="f2")), 8),
    "another firm's sender": (with_mail(sender="billing@other.test"), 8),
}


@pytest.mark.parametrize("name", CASES)
def test_a_broken_record_is_found_by_its_own_check(name: str) -> None:
    evidence, number = CASES[name]
    assert broken(evidence) == {number}


@pytest.mark.parametrize("number", range(1, 9))
def test_each_invariant_has_a_record_that_breaks_it(number: int) -> None:
    assert number in {breaks for _, breaks in CASES.values()}


@pytest.mark.parametrize(
    ("hour", "day"),
    [(14, date(2026, 3, 6)), (13, date(2026, 3, 9))],
)
def test_the_window_opens_by_the_wall_clock(hour: int, day: date) -> None:
    """Nine in New York is another hour in UTC before and after the 8th of March."""
    nine = datetime.combine(day, time(hour), tzinfo=UTC)
    assert broken(at(nine)) == set()
    assert broken(at(nine - timedelta(minutes=1))) == {6}


FIRM, ABOUT = uuid4(), {"invoice_id": "i1", "client_id": "c1", "reminder_set_id": "s1"}


@pytest.mark.parametrize(
    ("reach", "about", "held"),
    [
        ("invoice_id", "i1", True),
        ("client_id", "c1", True),
        ("reminder_set_id", "s1", True),
        ("firm", "", True),
        ("invoice_id", "i2", False),
        ("client_id", "i1", False),
    ],
)
def test_what_people_have_said_is_kept_by_its_reach(reach: str, about: str, held: bool) -> None:
    spoken = Spoken()
    spoken.say(3, PAUSE, firm_id=FIRM, reach=reach, about=about)
    assert bool(spoken.in_force(str(FIRM), ABOUT, turn=4, at=MONDAY)) is held
    assert not spoken.in_force(str(FIRM), ABOUT, turn=2, at=MONDAY), "before it was said"
    assert not spoken.in_force(str(uuid4()), ABOUT, turn=4, at=MONDAY), "in another firm"


def test_a_word_ends_with_its_time_or_when_it_is_taken_back() -> None:
    spoken = Spoken()
    until = MONDAY + timedelta(days=1)
    spoken.say(1, PAUSE, firm_id=FIRM, reach="client_id", about="c1", ends_at=until)
    spoken.say(2, DISPUTE, firm_id=FIRM, reach="invoice_id", about="i1")
    assert len(spoken.in_force(str(FIRM), ABOUT, turn=3, at=MONDAY)) == 2
    assert spoken.in_force(str(FIRM), ABOUT, turn=3, at=until) == ("a dispute of the invoice",)
    spoken.take_back(4, firm_id=FIRM, reach="invoice_id", about="i1", what=DISPUTE)
    assert spoken.in_force(str(FIRM), ABOUT, turn=5, at=until) == ()
    assert spoken.in_force(str(FIRM), ABOUT, turn=3, at=until), "it was in force before"


def test_the_digest_knows_every_mail_and_no_port() -> None:
    port = with_mail(text=TEXT.replace("firm.test", "127.0.0.1:4711"))
    other = with_mail(text=TEXT.replace("firm.test", "127.0.0.1:4712"))
    assert port.digest() == other.digest()
    assert port.digest() != GOOD.digest()
    assert with_reminder(reason="Another").digest() != GOOD.digest()


def a_report(**changes: object) -> Report:
    report = Report(
        seed=1,
        days=365,
        firms=3,
        verdicts=tuple(judge(GOOD)),
        life={"staff promise": 3, "leap": 0},
        deaths={"a commit": 1},
        failures={},
        ends={},
        expected=("staff promise", "died: a commit"),
        digest=GOOD.digest(),
        seconds=1.0,
    )
    return replace(report, **changes)  # type: ignore[arg-type]


def test_a_year_without_what_belongs_to_it_is_no_proof() -> None:
    assert a_report().holds
    empty = a_report(expected=("leap", "died: a mail was taken", "staff promise"))
    assert empty.never == ["leap", "died: a mail was taken"]
    assert not empty.holds
    assert "It never happened, and should have: leap" in empty.text()


def test_a_whole_year_has_to_have_every_deed_and_every_death() -> None:
    wanted = expected(days=365, firms=3)
    assert {*DEEDS, *(f"died: {place}" for place in LATEST)} <= set(wanted)
    assert set(expected(days=5, firms=2)) < set(wanted)


def test_violations_are_told_with_what_is_needed_to_find_them() -> None:
    verdicts = {verdict.number: verdict for verdict in judge(with_line(holds=("dispute",)))}
    assert verdicts[7].violations == ("<1@firm.test>, invoice 1042: held (dispute)",)


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("$1,200.00 and £5.07", [120_000, 507]),
        ("see https://x.test/1.00 or a1.00@x.test", []),
        ("March 3, 2026; step 1.", []),
    ],
)
def test_amounts_are_read_out_of_a_text(text: str, amounts: list[int]) -> None:
    assert amounts_in(text) == amounts
