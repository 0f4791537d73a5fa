"""Reads a reminder set from YAML. Nothing in a file is run, and each fault is named by its line.

Values are taken as texts first, so that ``name: No`` is a name; then each field makes of them what
it needs. YAML's references and tags are refused: a set needs none, and they can hide much in few
lines.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from invoice_tracker.core.errors import FieldError, Invalid
from invoice_tracker.reminder_sets.files_schema import STEP_ORDER, SetFile

Path = tuple[str | int, ...]

_MOST_NESTED = 6
_EMPTY = {"", "~", "null"}
# libyaml where it is there: a long file takes the slower reader seconds.
_READER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_UNPRINTABLE = re.compile(
    "[^\x09\x0a\x0d\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)


@dataclass(frozen=True, slots=True)
class ReadFile:
    """What a file says, and on which line each field stands, counted from 1."""

    content: SetFile
    lines: dict[Path, int]

    def line_of(self, *path: str | int) -> int:
        """The line of a field, or of the nearest thing around it."""
        return _line_of(self.lines, path)


class _Fault(Exception):
    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


def read_file(text: str) -> ReadFile:
    """The content of a file. Raises ``Invalid``, with a sentence for each fault and its line."""
    try:
        data, lines = _parse(text)
    except _Fault as fault:
        raise _refusal([("text", fault.line, fault.message)]) from fault
    try:
        return ReadFile(SetFile.model_validate(data), lines)
    except ValidationError as error:
        faults = [
            (
                ".".join(map(str, each["loc"])) or "text",
                _line_of(lines, each["loc"]),
                _in_words(each),
            )
            for each in error.errors()
        ]
        raise _refusal(sorted(faults, key=lambda fault: fault[1])) from error


def _refusal(faults: list[tuple[str, int, str]]) -> Invalid:
    errors = [FieldError(field=name, message=f"line {line}: {said}") for name, line, said in faults]
    return Invalid(errors[0].message, errors=errors)


def _line_of(lines: dict[Path, int], path: Path) -> int:
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def _in_words(error: ErrorDetails) -> str:
    name = next((part for part in reversed(error["loc"]) if isinstance(part, str)), "")
    if error["type"] == "extra_forbidden":
        known = STEP_ORDER if error["loc"][0] == "steps" else tuple(SetFile.model_fields)
        like = get_close_matches(name, known, n=1)
        return f"unknown field `{name}`" + (f"; do you mean `{like[0]}`?" if like else "")
    if error["type"] == "missing":
        return f"the field `{name}` is missing"
    if error["type"] == "too_short" and name == "steps":
        return "there are no steps"
    message = error["msg"].removeprefix("Value error, ")
    is_about_the_step = error["loc"][-1:] != (name,) and isinstance(error["input"], dict)
    if not name or is_about_the_step:
        return message
    return f"`{name}`: {message[:1].lower()}{message[1:]}"


def _parse(text: str) -> tuple[Any, dict[Path, int]]:
    odd = _UNPRINTABLE.search(text.removeprefix("\ufeff"))
    if odd:
        line = text.count("\n", 0, odd.start()) + 1
        raise _Fault(line, "there is a character that does not belong into a text file")
    builder = _Builder(_events(text.removeprefix("\ufeff")))
    return builder.document(), builder.lines


def _events(text: str) -> Iterator[yaml.Event]:
    try:
        yield from yaml.parse(text, Loader=_READER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = error.problem or "this is no YAML"
        raise _Fault(mark.line + 1 if mark else 1, f"this is no YAML: {said}") from error
    except yaml.YAMLError as error:
        raise _Fault(1, "this is no YAML") from error


@dataclass(slots=True)
class _Builder:
    """Makes mappings, lists and texts of the parser's events, and notes their lines."""

    events: Iterator[yaml.Event]
    lines: dict[Path, int] = field(default_factory=dict)

    def document(self) -> Any:
        next(self.events)  # start of the stream
        first = next(self.events)
        if not isinstance(first, yaml.DocumentStartEvent):
            raise _Fault(1, "the file is empty")
        data = self._value(next(self.events), ())
        next(self.events)  # end of the document
        more = next(self.events)
        if isinstance(more, yaml.DocumentStartEvent):
            raise _Fault(_line(more), "a file holds one set, and here begins another document")
        if not isinstance(data, dict):
            raise _Fault(1, "a file begins with fields such as `name: Standard`")
        return data

    def _value(self, event: yaml.Event, path: Path) -> Any:
        _refuse_hidden(event)
        self.lines.setdefault(path, _line(event))
        if len(path) > _MOST_NESTED:
            raise _Fault(_line(event), "the fields are nested too deeply")
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(path)
        assert isinstance(event, yaml.ScalarEvent)
        return event.value if event.style or event.value not in _EMPTY else None

    def _mapping(self, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            _refuse_hidden(event)
            if not isinstance(event, yaml.ScalarEvent):
                raise _Fault(_line(event), "a field's name must be one word")
            name = event.value
            if (*path, name) in self.lines:
                before = self.lines[(*path, name)]
                raise _Fault(_line(event), f"`{name}` stands here twice, first in line {before}")
            self.lines[(*path, name)] = _line(event)
            value = self._value(next(self.events), (*path, name))
            # An empty field is one that was left out.
            if value is not None:
                found[name] = value
        return found

    def _list(self, path: Path) -> list[Any]:
        found: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            found.append(self._value(event, (*path, len(found))))
        return found


def _refuse_hidden(event: yaml.Event) -> None:
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
        raise _Fault(_line(event), "references with & and * are not known here")
    if getattr(event, "tag", None):
        raise _Fault(_line(event), "tags with ! are not known here")


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1
