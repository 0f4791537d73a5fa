"""Which fields each kind of record has, and what its associations lead to."""

from dataclasses import dataclass

STAMPS = "id etag created_at updated_at"


@dataclass(frozen=True, slots=True)
class Kind:
    """Plain fields, associations as `name → kind`, and what is answered without `fields`."""

    plain: frozenset[str]
    links: dict[str, str]
    defaults: tuple[str, ...] = ("id", "etag")


def _kind(plain: str, *, defaults: str = "id etag", **links: str) -> Kind:
    return Kind(frozenset(f"{STAMPS} {plain}".split()), links, tuple(defaults.split()))


KINDS = {
    "bill": _kind(
        "number issued_at due_at tax_rate secondary_tax_rate subject purchase_order type memo "
        "start_at end_at balance state kind total paid paid_at pending due discount_services_only "
        "can_update credits_issued shared last_sent_at services_secondary_tax "
        "services_secondary_taxable_sub_total services_sub_total services_tax "
        "services_taxable_sub_total taxable_sub_total secondary_taxable_sub_total sub_total "
        "tax_sum secondary_tax_sum total_tax available_state_transitions",
        defaults="id etag number state",
        user="user", client="contact", matters="matter", currency="currency",
        discount="discount", interest="interest", balances="balance", group="group",
        bill_theme="bill_theme", original_bill="bill", destination_account="bank_account",
        matter_totals="balance", billing_setting="billing_setting", client_addresses="address",
        legal_aid_uk_bill="legal_aid_uk_bill", split_invoice="split_invoice",
    ),
    "contact": _kind(
        "name first_name middle_name last_name prefix title type initials is_client "
        "is_bill_recipient is_co_counsel is_clio_for_client_user clio_connect_email "
        "primary_email_address secondary_email_address primary_phone_number "
        "secondary_phone_number date_of_birth ledes_client_id sales_tax_number",
        company="contact", email_addresses="email_address", currency="currency",
        phone_numbers="phone_number", addresses="address", primary_address="address",
    ),
    "matter": _kind(
        "number display_number custom_number description status location client_reference "
        "client_id billable billing_method open_date close_date pending_date shared has_tasks",
        client="contact", user="user", responsible_attorney="user",
        originating_attorney="user", currency="currency", practice_area="practice_area",
        matter_bill_recipients="matter_bill_recipient",
    ),
    "allocation": _kind(
        "date amount interest voided_at description has_online_payment destroyable payment_type",
        bill="bill", matter="matter", contact="contact", parent="parent",
        destination_bank_account="bank_account", source_bank_account="bank_account",
    ),
    "user": _kind(
        "name first_name last_name email enabled initials phone_number rate roles "
        "subscription_type time_zone locale account_owner clio_connect",
        account="account", contact="contact",
    ),
    "account": _kind("name state address city province country postal_code phone fax"),
    "task": _kind(
        "name status description priority due_at completed_at permission notify_completion "
        "description_text_type statute_of_limitations time_estimated time_entries_count",
        assignee="participant", assigner="user", matter="matter",
    ),
    "webhook": _kind("url fields model events expires_at status shared_secret", user="user"),
    "communication": _kind(
        "type subject body date received_at time_entries_count",
        matter="matter", user="user", senders="participant", receivers="participant",
    ),
    "outstanding_client_balance": _kind(
        "total_outstanding_balance pending_payments_total reminders_enabled last_payment_date "
        "last_shared_date newest_issued_bill_due_date associated_matter_ids",
        contact="contact", outstanding_bills="bill", currency="currency",
    ),
    "email_address": _kind("address name primary"),
    "currency": _kind("code sign"),
    "participant": _kind("name type identifier initials enabled"),
    "balance": _kind("amount type interest_amount due"),
    "discount": _kind("rate type note early_payment_rate early_payment_period"),
    "interest": _kind("balance period rate total type"),
    "split_invoice": _kind("split_portion linked_invoices_ids split_connection_id bill_id"),
    "bank_account": _kind("name type currency balance account_number clio_payments_enabled"),
    "phone_number": _kind("number name default_number"),
    "address": _kind("street city province postal_code country name primary"),
    "matter_bill_recipient": _kind("", recipient="contact"),
    "practice_area": _kind("name code category"),
    "group": _kind("name type"),
    "bill_theme": _kind("name default"),
    "billing_setting": _kind("rounded_duration"),
    "legal_aid_uk_bill": _kind(""),
    "parent": _kind("type identifier"),
}  # fmt: skip
