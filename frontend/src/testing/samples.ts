import type { Activity, FirmSetup, InvoiceRow, PaymentDetail, Session, Step, Upcoming } from '@/api/types';

export const session: Session = {
  user: { id: 'u1', name: 'Ann Example', email: 'ann@example.com', role: 'owner' },
  firm: { id: 'f1', name: 'Example Law', time_zone: 'America/New_York' },
};

export const setup: FirmSetup = {
  clio_connected: true,
  first_import: 'done',
  invoices_count: 2,
  sender_verified: true,
  safe_mode: true,
  stripe_connected: false,
  now: '2026-11-23T14:00:00Z',
  today: '2026-11-23',
};

export const activity: Activity = {
  awaiting_approval: 1,
  uncertain: 0,
  to_call: 1,
  to_record: 3,
  payments_differ: 0,
  safe_mode: true,
  queued_today: 4,
};

export function row(number: string, changes: Partial<InvoiceRow> = {}): InvoiceRow {
  return {
    id: `id-${number}`,
    number,
    client: { id: 'c1', name: 'Riverside Bakery' },
    matter: null,
    matters: [],
    issued_on: '2026-10-01',
    due_on: '2026-11-01',
    days_overdue: 22,
    total: { amount_minor: 150_000, currency: 'USD' },
    balance: { amount_minor: 150_000, currency: 'USD' },
    section: 'no_reminders',
    status_note: null,
    remindable: true,
    collection: null,
    ...changes,
  };
}

export function step(changes: Partial<Step> = {}): Step {
  return {
    id: null,
    kind: 'email',
    anchor: 'due',
    offset_days: 7,
    offset_unit: 'calendar_days',
    repeat_every_days: null,
    repeat_max: null,
    needs_approval: false,
    attach_bill: false,
    is_statement: false,
    body_format: 'plain',
    subject: 'Invoice {{ invoice.number }}',
    body: 'Dear {{ client.first_name }},',
    cc: [],
    bcc: [],
    ...changes,
  };
}

export function anUpcoming(number: string, changes: Partial<Upcoming> = {}): Upcoming {
  return {
    collection_id: `c-${number}`,
    step_id: 's1',
    occurrence: 1,
    reminder_id: null,
    kind: 'email',
    step_position: 1,
    reminder_set_name: 'Standard',
    invoice: { id: `id-${number}`, number },
    client: { id: 'c1', name: 'Riverside Bakery' },
    recipient: 'first@x.org',
    subject: `Invoice ${number}`,
    balance: { amount_minor: 150_000, currency: 'USD' },
    on: '2026-11-24',
    at: '2026-11-24T14:12:00Z',
    shares_mail_with: [],
    state: 'will_go',
    note: null,
    review: null,
    can_approve: false,
    can_edit: true,
    can_veto: true,
    can_undo: false,
    ...changes,
  };
}

const dollars = (amount_minor: number) => ({ amount_minor, currency: 'USD' });

/** A card payment of 1,200.00 that Clio shows. */
export const payment: PaymentDetail = {
  id: 'p1',
  invoice: { id: 'i-p1', number: '1042' },
  client_id: 'c1',
  client_name: 'Riverside Bakery',
  source: 'stripe',
  method: 'card',
  amount: dollars(120_000),
  refunded: dollars(0),
  state: 'settled',
  record_state: 'confirmed',
  record_note: null,
  paid_at: '2026-03-02T15:00:00Z',
  settled_at: '2026-03-02T15:00:00Z',
  recorded_at: '2026-03-02T15:01:00Z',
  confirmed_at: '2026-03-02T15:15:00Z',
  stripe_reference: 'pi_1',
  clio_url: 'https://app.clio.com/nc/#/bills/1',
  has_clio_task: false,
  overpaid: null,
  unmatched: null,
  reference: null,
  received_on: null,
  noted_by: null,
  is_assigned: false,
  paid_together: [],
  refundable: dollars(120_000),
  refundable_together: dollars(120_000),
  refunds: [],
  assigned_to: [],
  assigned_from: null,
  can_undo: false,
  voided_at: null,
  voided_by: null,
  void_reason: null,
  story: [
    { at: '2026-03-02T15:00:00Z', kind: 'payment_settled', title: '$1,200.00 was paid by Stripe', detail: null, actor: null },
  ],
};
