"""What a client may answer: what is wrong with an answer, how it reads, what it holds."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoice_tracker.domain.client_answers import (
    HOLDS,
    LOOK_FOR_PAYMENT,
    MOST_NOTE,
    Answer,
    AnswerField,
    AnswerKind,
    PaidBy,
    as_said,
    as_told,
    hold_reason,
    last_day_to_promise,
    problems,
    tidy,
    waits_until,
)
from invoice_tracker.domain.holds import HoldKind, stops_calls

TODAY = date(2026, 3, 16)
DAY = timedelta(days=1)


def promise(day):
    return Answer(AnswerKind.promise, promised_on=day)


@pytest.mark.parametrize(
    ("answer", "wrong"),
    [
        (Answer(AnswerKind.paid), set()),
        (Answer(AnswerKind.paid, paid_on=TODAY), set()),
        (Answer(AnswerKind.paid, paid_on=TODAY + DAY), {"paid_on"}),
        (Answer(AnswerKind.paid, paid_on=TODAY - 400 * DAY), {"paid_on"}),
        (Answer(AnswerKind.paid, reference="x" * 101), {"reference"}),
        (promise(None), {"promised_on"}),
        (promise(TODAY - DAY), {"promised_on"}),
        (promise(TODAY), set()),
        (promise(last_day_to_promise(TODAY)), set()),
        (promise(last_day_to_promise(TODAY) + DAY), {"promised_on"}),
        (Answer(AnswerKind.dispute), {"note"}),
        (Answer(AnswerKind.dispute, note="The hours"), set()),
        (Answer(AnswerKind.plan), set()),
        (Answer(AnswerKind.not_me), set()),
        (Answer(AnswerKind.plan, note="x" * (MOST_NOTE + 1)), {"note"}),
    ],
)
def test_what_is_wrong_with_an_answer(answer, wrong):
    assert set(problems(answer, today=TODAY)) == wrong


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer(AnswerKind.paid), "I have paid"),
        (
            Answer(
                AnswerKind.paid,
                paid_on=date(2026, 3, 1),
                paid_by=PaidBy.check,
                reference="1042",
                note="Sorry",
            ),
            "I have paid by check on March 1, 2026, reference 1042",
        ),
        (Answer(AnswerKind.paid, paid_by=PaidBy.cash), "I have paid in cash"),
        (promise(date(2026, 3, 20)), "I will pay on March 20, 2026"),
        (Answer(AnswerKind.dispute, note="The hours"), "I dispute this"),
        (Answer(AnswerKind.plan), "I need a plan"),
        (Answer(AnswerKind.not_me), "This is not me"),
    ],
)
def test_how_an_answer_reads(answer, said):
    assert as_said(answer) == said
    assert as_told(answer, on=TODAY) == f"The client answered on March 16, 2026: {said}"


def test_each_answer_has_a_hold_of_its_own_kind():
    assert set(HOLDS) == set(AnswerKind)
    assert len(set(HOLDS.values())) == len(AnswerKind)
    assert {kind for kind in HOLDS.values() if not stops_calls(kind)} == {HoldKind.wrong_person}


def test_a_dispute_tells_its_reason():
    answer = Answer(AnswerKind.dispute, note="The hours of March 3")
    assert hold_reason(answer, on=TODAY) == "“The hours of March 3”, answered on March 16, 2026"


def test_only_a_payment_is_looked_for_for_a_time():
    ends = {kind: waits_until(kind, today=TODAY) for kind in AnswerKind}
    assert ends.pop(AnswerKind.paid) == TODAY + LOOK_FOR_PAYMENT
    assert set(ends.values()) == {None}


@given(st.text())
def test_a_tidy_text_has_no_control_characters_and_stays_so(text):
    once = tidy(text)
    assert tidy(once) == once
    assert not {char for char in once if ord(char) < 32 and char != "\n"}
    assert "\x00" not in once


@given(
    st.sampled_from(AnswerKind),
    st.text(max_size=600),
    st.none() | st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    st.none() | st.dates(date(2020, 1, 1), date(2030, 1, 1)),
)
def test_no_answer_without_a_problem_names_a_day_out_of_bounds(kind, note, paid_on, promised_on):
    answer = Answer(kind, note=tidy(note), paid_on=paid_on, promised_on=promised_on)
    found = problems(answer, today=TODAY)
    assert set(found) <= set(AnswerField)
    if found:
        return
    assert paid_on is None or paid_on <= TODAY
    assert len(answer.note) <= MOST_NOTE
    if kind is AnswerKind.promise:
        assert promised_on is not None
        assert TODAY <= promised_on <= last_day_to_promise(TODAY)
    assert "\n" not in as_said(answer)
