"""The templates of the sandbox Stripe's pages."""

from pathlib import Path

from invoice_tracker.sandbox.pages import page_templates

TEMPLATES = page_templates(Path(__file__).parent / "templates")
