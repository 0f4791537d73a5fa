"""Rich texts: a few tags of HTML, cleaned when they are saved and again before they are used.

A text is filled in as lines: a paragraph, an item of a list, or what stands between two line
breaks. Values are escaped; a value is never read as HTML, nor as a template.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import nh3
from inscriptis import get_text
from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.model.config import ParserConfig
from lxml import html as dom

from invoice_tracker.domain.reminder_text import fill_line

TAGS = frozenset({"p", "br", "strong", "em", "u", "a", "ul", "ol", "li", "blockquote", "h3"})
_BLOCKS = frozenset({"p", "ul", "ol", "li", "blockquote", "h3"})
_SCHEMES = {"http", "https", "mailto", "tel"}
_IN_BRACES = re.compile(r"\{\{[^{}]*\}\}")
_VARIABLE = re.compile(r"\{\{[ \t]*([\w.]+)[ \t]*\}\}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_TAG = re.compile(r"<[^>]*>")
_ADDRESS = re.compile(r"https?://\S+")


@dataclass(frozen=True, slots=True)
class RichBlock:
    """One block of a text: its HTML, and what it says without any tags."""

    html: str
    text: str


def clean(html: str) -> str:
    """The HTML with only what a mail may have in it: simple tags, and links to real addresses."""
    safe = nh3.clean(
        _CONTROL.sub("", html),
        tags=set(TAGS),
        attributes={"a": {"href"}},
        attribute_filter=_without_braces,
        url_schemes=_SCHEMES,
        url_relative="deny",
        link_rel="noopener",
    )
    # An editor may put a hard space between braces, which would not make a variable.
    return _IN_BRACES.sub(lambda match: match.group().replace("&nbsp;", " "), safe)


def split(html: str) -> list[RichBlock]:
    """The blocks of a clean text that say something, in order."""
    return [RichBlock(block, as_text(block)) for block in _written(_root(html), {}, fill=False)]


def fill(html: str, values: Mapping[str, str]) -> str:
    """A clean text with its variables filled in; a line with an empty one is left out.

    ``values`` has every variable that the text uses.
    """
    said = {name: _CONTROL.sub("", value) for name, value in values.items()}
    return "".join(_written(_root(html), said, fill=True))


def as_text(html: str) -> str:
    """What a clean text says, as plain text: lists with their marks, links with their address."""
    root = _root(html)
    for link in root.iter("a"):
        address, label = link.get("href", ""), link.text_content().strip()
        if address and label not in (address, address.removeprefix("mailto:")):
            link.tail = f" ({address}){link.tail or ''}"
    for item in root.iter("li"):
        if len(item) and item[0].tag == "p":
            item[0].drop_tag()
    text: str = get_text(dom.tostring(root, encoding="unicode"), _AS_TEXT)
    return "\n".join(line.rstrip() for line in text.replace("\xa0", " ").splitlines()).strip("\n")


_AS_TEXT = ParserConfig(css=CSS_PROFILES["strict"].copy())


def _without_braces(_tag: str, _attribute: str, value: str) -> str | None:
    return None if "{" in value or "}" in value else value


def _root(html: str) -> dom.HtmlElement:
    return dom.fragment_fromstring(html, create_parent="div")


def _written(element: dom.HtmlElement, values: Mapping[str, str], *, fill: bool) -> list[str]:
    """The blocks within an element, and its lines as paragraphs, each as HTML."""
    pieces: list[str] = []
    lines = [escape(element.text or "", quote=False)]
    for child in element:
        if child.tag in _BLOCKS:
            pieces += _paragraph(lines, values, fill=fill)
            pieces += _block(child, values, fill=fill)
            lines = [""]
        elif child.tag == "br":
            lines.append("")
        else:
            lines[-1] += dom.tostring(child, encoding="unicode", with_tail=False)
        lines[-1] += escape(child.tail or "", quote=False)
    return pieces + _paragraph(lines, values, fill=fill)


def _block(element: dom.HtmlElement, values: Mapping[str, str], *, fill: bool) -> list[str]:
    inside = _written(element, values, fill=fill)
    if not inside:
        return []
    if element.tag in ("p", "h3") or (element.tag == "li" and len(inside) == 1):
        inside = [_unwrapped(piece) for piece in inside]
    return [f"<{element.tag}>{''.join(inside)}</{element.tag}>"]


def _unwrapped(piece: str) -> str:
    return piece.removeprefix("<p>").removesuffix("</p>") if piece.startswith("<p>") else piece


def _paragraph(lines: Sequence[str], values: Mapping[str, str], *, fill: bool) -> list[str]:
    kept = [line for line in lines if not fill or _says_something(line, values)]
    if not any(_TAG.sub("", line).strip() for line in kept):
        return []
    if fill:
        kept = [_filled(line, values) for line in kept]
    return [f"<p>{'<br>'.join(line.strip() for line in kept)}</p>"]


def _says_something(line: str, values: Mapping[str, str]) -> bool:
    return all(values[name].strip() for name in _VARIABLE.findall(line))


def _filled(line: str, values: Mapping[str, str]) -> str:
    names = _VARIABLE.findall(line)
    return fill_line(line, {name: _as_html(values[name]) for name in names})


def _as_html(value: str) -> str:
    lines = [escape(line) for line in value.strip().splitlines()]
    if len(lines) == 1 and _ADDRESS.fullmatch(value.strip()):
        return f'<a href="{lines[0]}" rel="noopener">{lines[0]}</a>'
    return "<br>".join(lines)
