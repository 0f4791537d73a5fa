"""One frame for every page that needs no log-in."""

import base64
import hashlib
import re
from pathlib import Path

from invoice_tracker.firms.models import Firm
from invoice_tracker.firms.public_pages import PublicPages, message_page


def firm() -> Firm:
    return Firm(name="Hale & Moreno LLP", phone="+1 212 555 0100", website="")


def test_a_folder_of_templates_extends_the_frame(tmp_path: Path) -> None:
    (tmp_path / "ask.html").write_text(
        '{% extends "page.html" %}{% block content %}<p>{{ question }}</p>{% endblock %}'
    )
    answer = PublicPages(tmp_path).render(
        "ask.html", firm=firm(), title="A question", question="5 < 6?"
    )
    page = bytes(answer.body).decode()
    assert "<p>5 &lt; 6?</p>" in page
    assert "Hale &amp; Moreno LLP" in page
    assert "+1 212 555 0100" in page
    style = re.search(r"<style>(.*?)</style>", page, re.S)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"'sha256-{digest}'" in answer.headers["content-security-policy"]


def test_a_form_leads_only_where_it_is_allowed_to(tmp_path: Path) -> None:
    (tmp_path / "ask.html").write_text('{% extends "page.html" %}')
    pages = PublicPages(tmp_path)
    own = pages.render("ask.html", firm=None, title="Ask").headers["content-security-policy"]
    assert own.endswith("form-action 'self'")
    to_others = pages.render("ask.html", firm=None, title="Ask", form_targets="https:")
    assert to_others.headers["content-security-policy"].endswith("form-action 'self' https:")


def test_a_message_is_not_kept_by_anybody() -> None:
    answer = message_page(firm=None, title="Gone", message="It is over.", status=404)
    assert answer.status_code == 404
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "noindex" in answer.headers["x-robots-tag"]
