"""The look of a mail: HTML that every mail program shows, and the same as plain text."""

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import css_inline
from jinja2 import BaseLoader, Environment, StrictUndefined, Template, pass_eval_context
from jinja2.filters import do_urlize
from jinja2.nodes import EvalContext
from markupsafe import Markup

_TEMPLATE = Path(__file__).parent / "templates" / "layout.html"
_RICH = Path(__file__).parent / "templates" / "rich.css"
_WIDTH = 76
LOGO_ID = "logo"
"""The logo travels with the mail; the HTML shows it by this id."""
_LIST_MARK = re.compile(r" +(?:\*|\d+\.) ")


@dataclass(frozen=True, slots=True)
class Button:
    """What the mail asks its reader to do. ``url`` must be absolute, http or https."""

    label: str
    url: str

    def __post_init__(self) -> None:
        if not re.match(r"https?://", self.url):
            raise ValueError(f"A button needs an http address, not {self.url!r}")


@dataclass(frozen=True, slots=True)
class Facts:
    """A small table: a label and a value a row."""

    rows: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a head, the last column set to the right; ``last`` sums them up."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    last: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class Rich:
    """A part that was written as HTML. Whoever makes it has cleaned it; ``text`` says the same."""

    html: str
    text: str


Block = str | Button | Facts | Table | Rich


@dataclass(frozen=True, slots=True)
class MailLayout:
    """The parts of a mail, as plain text; but for ``Rich`` nothing in them is read as HTML.

    A string among ``blocks`` is a paragraph, in which line breaks are kept and web addresses become
    links. ``preview`` is what a mailbox shows beside the subject. With ``has_logo`` the picture of
    ``LOGO_ID`` stands for the heading, which is then its description.
    """

    heading: str
    blocks: Sequence[Block]
    signature: str = ""
    footer: Sequence[str] = ()
    title: str = ""
    preview: str = ""
    language: str = "en"
    has_logo: bool = False


def render_html(mail: MailLayout) -> str:
    """The mail as a complete HTML document without anything remote."""
    return _template().render(mail=mail)


def render_text(mail: MailLayout) -> str:
    """The mail as plain text, wrapped; addresses stay whole."""
    parts = [_block_as_text(block) for block in mail.blocks]
    if mail.signature.strip():
        parts.append(mail.signature.strip())
    if mail.footer:
        # The line of two hyphens and a space is how mail programs know a footer.
        parts.append("-- \n" + "\n".join(mail.footer))
    return "\n\n".join(part for part in parts if part) + "\n"


def _block_as_text(block: Block) -> str:
    if isinstance(block, Button):
        return f"{block.label}:\n{block.url}"
    if isinstance(block, Facts):
        return "\n".join(f"{label}: {value}" for label, value in block.rows)
    if isinstance(block, Table):
        return _table_as_text(block)
    said = block.text if isinstance(block, Rich) else block.strip()
    return "\n".join(_wrap(line) for line in said.splitlines())


def _table_as_text(table: Table) -> str:
    rows = [table.head, *table.rows, *([table.last] if table.last else [])]
    widths = [max(len(row[column]) for row in rows) for column in range(len(table.head))]
    lines = []
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row[:-1], widths[:-1], strict=True)]
        lines.append("  ".join([*cells, row[-1].rjust(widths[-1])]))
    rule = "-" * len(lines[0])
    lines.insert(1, rule)
    if table.last:
        lines.insert(-1, rule)
    return "\n".join(lines)


def _wrap(line: str) -> str:
    mark = _LIST_MARK.match(line)
    return textwrap.fill(
        line,
        _WIDTH,
        subsequent_indent=" " * (mark.end() if mark else 0),
        break_long_words=False,
        break_on_hyphens=False,
    )


@pass_eval_context
def _lines(context: EvalContext, text: str) -> Markup:
    """Line breaks kept, addresses made links, everything else escaped."""
    # urlize escapes what it does not link; Markup only says so.
    linked = [Markup(do_urlize(context, line, rel="noopener")) for line in text.splitlines()]  # noqa: S704
    return Markup("<br>").join(linked)


def _styled(block: Rich) -> Markup:
    styled = _inliner().inline_fragment(block.html, css=_rich_styles())
    return Markup(styled)  # noqa: S704


@lru_cache(maxsize=1)
def _rich_styles() -> str:
    return _RICH.read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _inliner() -> css_inline.CSSInliner:
    return css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


@lru_cache(maxsize=1)
def _template() -> Template:
    """The styles are put into the elements once, here: many mail programs ignore a style sheet.

    The template's statements are HTML comments, so that it is a valid document before it is filled.
    """
    environment = Environment(
        loader=BaseLoader(),
        autoescape=True,
        undefined=StrictUndefined,
        block_start_string="<!--%",
        block_end_string="%-->",
        trim_blocks=True,
    )
    environment.filters["lines"] = _lines
    environment.filters["styled"] = _styled
    environment.tests["button"] = lambda block: isinstance(block, Button)
    environment.tests["facts"] = lambda block: isinstance(block, Facts)
    environment.tests["table"] = lambda block: isinstance(block, Table)
    environment.tests["rich"] = lambda block: isinstance(block, Rich)
    return environment.from_string(_inliner().inline(_TEMPLATE.read_text(encoding="utf-8")))
