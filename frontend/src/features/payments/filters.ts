export const PAYMENT_STATES = [
  'processing', 'settled', 'failed', 'partly_refunded', 'refunded', 'disputed', 'voided',
] as const;
export const PAYMENT_SOURCES = ['stripe', 'manual', 'clio'] as const;
export const PAYMENT_METHODS = ['card', 'us_bank_account', 'cheque', 'transfer', 'cash', 'other'] as const;
export const RECORD_STATES = ['waiting', 'queued', 'recorded', 'confirmed', 'not_needed'] as const;

/** Which payments are shown. Days are the firm's; amounts are decimal texts, "1234.50", in each payment's own currency. */
export interface PaymentFilters {
  q?: string;
  state?: (typeof PAYMENT_STATES)[number];
  source?: (typeof PAYMENT_SOURCES)[number];
  method?: (typeof PAYMENT_METHODS)[number];
  record?: (typeof RECORD_STATES)[number];
  from?: string;
  to?: string;
  min?: string;
  max?: string;
  client?: string;
}
