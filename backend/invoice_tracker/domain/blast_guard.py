"""The blast guard: are more mails about to leave today than anybody meant to send?"""

from dataclasses import dataclass

_FACTOR_PERCENT = 150
_SLACK = 10


@dataclass(frozen=True, slots=True)
class Today:
    """A firm's automatic mails on one of its days.

    ``expected`` is what the forecast says, ``about_to_leave`` what has left today and what waits to
    leave. ``cap`` is the firm's own limit for a day; 0 is none.
    """

    expected: int
    about_to_leave: int
    cap: int = 0


def most_allowed(expected: int, cap: int = 0) -> int:
    """How many automatic mails may leave on a day before the guard stops everything.

    Half as many again as expected, and at least ten more; never more than the firm's own limit.
    """
    most = max(expected * _FACTOR_PERCENT // 100, expected + _SLACK)
    return min(most, cap) if cap else most


def reason_to_stop(today: Today) -> str | None:
    """Why everything has to stop, in words; nothing if the day is as expected."""
    if today.about_to_leave <= most_allowed(today.expected, today.cap):
        return None
    return f"The blast guard has stopped everything: {_comparison(today)}."


def _comparison(today: Today) -> str:
    left = f"{_mails(today.about_to_leave)} about to leave"
    if today.about_to_leave <= most_allowed(today.expected):
        return f"{left} where at most {today.cap} may leave a day"
    expected = "none was" if today.expected == 0 else _number(today.expected)
    return f"{left} where {expected} expected"


def _mails(count: int) -> str:
    return "1 mail was" if count == 1 else f"{count} mails were"


def _number(count: int) -> str:
    return "1 was" if count == 1 else f"{count} were"
