"""What `POST /v1/checkout/sessions` accepts, and the checks Stripe makes on it."""

from typing import Any

from invoice_tracker.sandbox.stripe.errors import bad_request, not_supported
from invoice_tracker.sandbox.stripe.rules import (
    Rule,
    anything,
    boolean,
    choice,
    email,
    integer,
    listing,
    mapping,
    metadata,
    text,
    url,
)
from invoice_tracker.sandbox.stripe.store import Obj

SHORTEST, LONGEST = 30 * 60, 24 * 60 * 60
LARGEST = 99_999_999
SMALLEST = {"usd": 50, "eur": 50, "cad": 50, "aud": 50, "gbp": 30, "jpy": 50, "chf": 50}
CURRENCY_WORDS = (
    "aed aud bgn bhd brl cad chf clp cny cop czk dkk eur gbp hkd huf idr ils inr isk jod jpy krw "
    "kwd mxn myr nok nzd omr php pln ron rwf sar sek sgd thb tnd try twd ugx usd vnd xaf xof zar"
)
CURRENCIES = frozenset(CURRENCY_WORDS.split())
CHANGES_THE_AMOUNT_WORDS = (
    "automatic_tax customer customer_account discounts invoice_creation managed_payments "
    "optional_items setup_intent_data shipping_options subscription_data"
)
CHANGES_THE_AMOUNT = CHANGES_THE_AMOUNT_WORDS.split()
WITHOUT_EFFECT_WORDS = (
    "adaptive_pricing after_expiration allow_promotion_codes allowed_payment_method_types "
    "billing_address_collection branding_settings consent_collection currency custom_fields "
    "custom_text customer_creation customer_update excluded_payment_method_types "
    "integration_identifier locale name_collection origin_context payment_method_collection "
    "payment_method_configuration payment_method_data payment_method_options permissions "
    "phone_number_collection redirect_on_completion return_url saved_payment_method_options "
    "shipping_address_collection tax_id_collection wallet_options"
)
WITHOUT_EFFECT = WITHOUT_EFFECT_WORDS.split()


def currency(param: str, raw: Any) -> str:
    """A three-letter code, either case."""
    code = str(text()(param, raw)).lower()
    if code not in CURRENCIES:
        raise bad_request(f"Invalid currency: {raw}.", param=param)
    return code


PRODUCT_DATA_KEYS: dict[str, Rule] = {
    "name": text(at_most=1500),
    "description": text(at_most=5000),
    "images": listing(url, at_most=8),
    "metadata": metadata,
    "tax_code": text(),
    "tax_details": anything,
    "unit_label": text(),
}
PRODUCT_DATA = mapping(PRODUCT_DATA_KEYS, required=("name",))
PRICE_DATA_KEYS: dict[str, Rule] = {
    "currency": currency,
    "product": anything,
    "product_data": PRODUCT_DATA,
    "recurring": anything,
    "tax_behavior": choice("inclusive", "exclusive", "unspecified"),
    "unit_amount": integer(at_least=0, at_most=LARGEST),
    "unit_amount_decimal": anything,
}
PRICE_DATA = mapping(PRICE_DATA_KEYS, required=("currency",))
LINE_ITEM_KEYS: dict[str, Rule] = {
    "adjustable_quantity": anything,
    "metadata": metadata,
    "price": anything,
    "price_data": PRICE_DATA,
    "quantity": integer(at_least=1, at_most=999_999),
    "tax_rates": anything,
}
LINE_ITEM = mapping(LINE_ITEM_KEYS)
INTENT_DATA_KEYS: dict[str, Rule] = {
    "application_fee_amount": integer(at_least=0),
    "capture_method": choice("automatic", "automatic_async"),
    "description": text(at_most=1000),
    "metadata": metadata,
    "on_behalf_of": text(),
    "receipt_email": email,
    "setup_future_usage": choice("on_session", "off_session"),
    "shipping": anything,
    "statement_descriptor": text(at_most=22),
    "statement_descriptor_suffix": text(at_most=22),
    "transfer_data": anything,
    "transfer_group": text(),
}
INTENT_DATA = mapping(INTENT_DATA_KEYS)
RULES: dict[str, Rule] = {
    **dict.fromkeys(WITHOUT_EFFECT, anything),
    **dict.fromkeys(CHANGES_THE_AMOUNT, anything),
    "adaptive_pricing": mapping({"enabled": boolean}),
    "cancel_url": url,
    "client_reference_id": text(at_most=200),
    "customer_email": email,
    "expand": anything,
    "expires_at": integer(),
    "line_items": listing(LINE_ITEM),
    "metadata": metadata,
    "mode": choice("payment", "setup", "subscription"),
    "payment_intent_data": INTENT_DATA,
    "submit_type": choice("auto", "book", "donate", "pay", "subscribe"),
    "success_url": url,
    "ui_mode": choice("hosted_page", "embedded_page", "elements", "form"),
}


def check_session(params: Obj, *, now: int) -> Obj:
    """Typed parameters of a new session. Raises Stripe's 400 for the first thing wrong."""
    checked: Obj = mapping(RULES)("", params)
    for name in CHANGES_THE_AMOUNT:
        if name in checked:
            raise not_supported(name, param=name)
    if checked.get("mode") != "payment":
        raise not_supported("a mode other than payment", param="mode")
    if checked.get("ui_mode", "hosted_page") != "hosted_page":
        raise not_supported("a ui_mode other than hosted_page", param="ui_mode")
    if "success_url" not in checked:
        raise bad_request(
            "You must provide `success_url`.", param="success_url", code="parameter_missing"
        )
    _check_expiry(checked, now=now)
    _check_lines(checked)
    return checked


def _check_expiry(checked: Obj, *, now: int) -> None:
    if "expires_at" not in checked:
        return
    ahead = checked["expires_at"] - now
    if ahead < SHORTEST:
        raise bad_request(
            "The `expires_at` timestamp must be at least 30 minutes from Checkout "
            "Session creation.",
            param="expires_at",
        )
    if ahead > LONGEST:
        raise bad_request(
            "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.",
            param="expires_at",
        )


def _check_lines(checked: Obj) -> None:
    lines = checked.get("line_items")
    if not lines:
        raise bad_request(
            "You must provide one of `line_items`, `subscription_data` in `payment` mode.",
            param="line_items",
            code="parameter_missing",
        )
    for place, line in enumerate(lines):
        where = f"line_items[{place}]"
        if "price_data" not in line:
            raise not_supported("line items without price_data", param=f"{where}[price_data]")
        for name in ("product_data", "unit_amount"):
            if name not in line["price_data"]:
                param = f"{where}[price_data][{name}]"
                raise bad_request(
                    f"Missing required param: {param}.", param=param, code="parameter_missing"
                )
    if len({line["price_data"]["currency"] for line in lines}) > 1:
        raise bad_request("All line items must use the same currency.", param="line_items")


def check_total(amount: int, code: str) -> None:
    """Raise Stripe's 400 where the total is below the currency's minimum or above eight digits."""
    if amount < SMALLEST.get(code, 50):
        raise bad_request(
            "The Checkout Session's total amount must convert to at least 50 cents.",
            param="line_items",
            code="amount_too_small",
        )
    if amount > LARGEST:
        raise bad_request(
            "The Checkout Session's total amount must be no more than 99999999.",
            param="line_items",
            code="amount_too_large",
        )
