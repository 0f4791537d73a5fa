"""Users, contacts, their addresses, and matters as the API shows them."""

from invoice_tracker.sandbox.clio.currencies import CURRENCY
from invoice_tracker.sandbox.clio.shape import (
    ROW,
    Field,
    Nested,
    Shape,
    always,
    instants,
    never,
    none_of,
    one,
    plain,
)
from invoice_tracker.sandbox.clio.store import Account, Row

BEGINNING = "2020-01-01T00:00:00+00:00"


def _account(account: Account, _: Row) -> Row:
    return {"id": account.id, "etag": f'"account-{account.id}"', "name": account.name}


def _initials(_: Account, row: Row) -> str:
    return "".join(word[0] for word in row["name"].split() if word[0].isalpha())[:3].upper()


def _address(row: Row, *, primary: bool) -> str | None:
    found = (item["address"] for item in addresses(row) if item["primary"] is primary)
    return next(found, None)


def addresses(row: Row) -> list[Row]:
    """A contact's addresses; none where the connected user may not see them."""
    return [] if row.get("redacted") else row["addresses"]


def _seen(name: str) -> Field:
    """A part of a contact's name; nothing where the connected user may not see even that."""
    return lambda _, row: None if row.get("nameless") else row.get(name)


ACCOUNT: Shape = {
    **plain("id etag name"),
    **always("paying", "state"),
    **always(BEGINNING, "created_at updated_at"),
    **always(None, "address city country fax phone postal_code province"),
}
USER: Shape = {
    **ROW,
    **plain("name first_name last_name email"),
    "initials": _initials,
    "roles": lambda _, row: row.get("roles", ["Administrator", "Billing", "Accounts"]),
    "account_owner": lambda _, row: row.get("account_owner", True),
    "subscription_type": lambda _, row: row.get("subscription_type", "Attorney"),
    "rate": lambda _, row: row.get("rate", 350.0),
    **always(True, "enabled"),
    **always(False, "clio_connect court_rules_default_attendee"),
    **always("Eastern Time (US & Canada)", "time_zone"),
    **always("en", "locale"),
    **always(None, "default_calendar_id phone_number"),
    "account": Nested("accounts", _account),
    **never("avatar contact default_activity_description job_title"),
    **none_of("groups notification_methods"),
}
ADDRESS: Shape = ROW | plain("address name primary")
CONTACT: Shape = {
    **ROW,
    **plain("type"),
    **{name: _seen(name) for name in ("name", "first_name", "last_name")},
    "initials": lambda account, row: None if row.get("nameless") else _initials(account, row),
    "primary_email_address": lambda _, row: _address(row, primary=True),
    "secondary_email_address": lambda _, row: _address(row, primary=False),
    "email_addresses": Nested("addresses", lambda _, row: addresses(row)),
    "company": one("contacts", "company_id"),
    "currency": CURRENCY,
    **always(True, "is_client"),
    **always(False, "is_bill_recipient is_clio_for_client_user is_co_counsel"),
    **always(False, "has_clio_for_clients_permission require_utbms_codes"),
    **always(False, "locked_clio_connect_email"),
    **always(None, "prefix middle_name title date_of_birth clio_connect_email ledes_client_id"),
    **always(None, "primary_phone_number secondary_phone_number client_connect_user_id"),
    **always(None, "sales_tax_number"),
    **never("avatar co_counsel_rate folder legal_aid_uk_contact payment_profile primary_address"),
    **never("primary_web_site primary_work_address secondary_address"),
    **none_of("account_balances activity_rates addresses custom_field_set_associations"),
    **none_of("custom_field_values instant_messengers kyc_field_values notification_methods"),
    **none_of("phone_numbers related_contacts web_sites"),
}
CATEGORIES = {
    "Real Estate": "real_estate",
    "Wills and Estates": "wills_and_estates",
    "Commercial Litigation": "commercial_litigation",
    "Corporate": "business_formation_and_compliance",
    "Employment": "employment_and_labor",
    "Intellectual Property": "intellectual_property",
    "Family": "family",
}
PRACTICE_AREA: Shape = plain("id etag name code category created_at updated_at")


def practice_area_id(matter: Row) -> int | None:
    """The id of the matter's practice area, if it has one."""
    name = matter.get("practice_area")
    return 1 + list(CATEGORIES).index(name) if name else None


def _practice_area(_: Account, row: Row) -> Row | None:
    number = practice_area_id(row)
    if number is None:
        return None
    name = row["practice_area"]
    stamp = {"created_at": BEGINNING, "updated_at": BEGINNING}
    category = CATEGORIES[name]
    return stamp | {
        "id": number,
        "etag": f'"area-{number}"',
        "name": name,
        "code": None,
        "category": category,
    }


MATTER: Shape = {
    **ROW,
    **plain("number display_number description status client_id open_date"),
    **instants("matter_stage_updated_at"),
    "client": one("contacts", "client_id"),
    "user": one("users", "user_id"),
    "responsible_attorney": one("users", "responsible_attorney_id"),
    "originating_attorney": one("users", "originating_attorney_id"),
    "practice_area": Nested("practice_areas", _practice_area),
    "currency": CURRENCY,
    **always(True, "billable"),
    **always("hourly", "billing_method"),
    **always(False, "has_tasks require_utbms_codes shared"),
    **always(None, "client_reference close_date custom_number last_activity_date location"),
    **always(None, "maildrop_address pending_date"),
    **never("attorney_allocation contingency_fee custom_rate evergreen_retainer folder group"),
    **never("legal_aid_uk_matter matter_budget matter_stage responsible_staff"),
    **never("statute_of_limitations"),
    **none_of("account_balances custom_field_set_associations custom_field_values"),
    **none_of("kyc_field_values matter_bill_recipients relationships split_invoice_payers"),
    **none_of("task_template_list_instances"),
}
