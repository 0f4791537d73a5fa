"""What the page to answer says."""

from invoice_tracker.domain.client_answers import AnswerKind, PaidBy

CHOICES: dict[AnswerKind, tuple[str, str]] = {
    AnswerKind.paid: ("I have paid", "Tell us when and how, so that we find it."),
    AnswerKind.promise: ("I will pay on …", "Name the day. Until then we do not remind you."),
    AnswerKind.dispute: ("I dispute this", "Tell us what is not right."),
    AnswerKind.plan: ("I need a plan", "You would like to pay in parts, or later."),
    AnswerKind.not_me: ("This is not me", "Our e-mail has reached the wrong person."),
}
"""Of each answer: what the client says, and what it is for."""

FORMS: dict[AnswerKind, tuple[str, str]] = {
    AnswerKind.paid: (
        "Thank you. The more you can tell us, the sooner we find your payment. You may leave"
        " everything empty.",
        "Send: I have paid",
    ),
    AnswerKind.promise: (
        "We do not remind you before that day.",
        "Send: I will pay on this day",
    ),
    AnswerKind.dispute: (
        "We look into it before we write to you about this again.",
        "Send: I dispute this",
    ),
    AnswerKind.plan: (
        "We get in touch with you. Until then we do not remind you.",
        "Send: I need a plan",
    ),
    AnswerKind.not_me: (
        "We are sorry. We stop writing to this address until somebody has looked at it.",
        "Send: This is not me",
    ),
}
"""Above the form, and on its button."""

NOTES: dict[AnswerKind, str] = {
    AnswerKind.paid: "Anything else that helps us to find it",
    AnswerKind.promise: "Anything we should know",
    AnswerKind.dispute: "What is not right?",
    AnswerKind.plan: "What would help you?",
    AnswerKind.not_me: "Whom should we write to instead, if you know?",
}

PAID_BY: dict[PaidBy, str] = {
    PaidBy.check: "Check",
    PaidBy.bank_transfer: "Bank transfer",
    PaidBy.card: "Card",
    PaidBy.cash: "Cash",
    PaidBy.other: "In another way",
}
