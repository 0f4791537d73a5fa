import type { InvoiceRow } from '@/api/types';

/** The matters of a bill in one line: the first, and how many more. */
export function mattersText(matters: InvoiceRow['matters']): string {
  const [first, ...others] = matters;
  if (!first) return '';
  return others.length > 0 ? `${first.display_number} and ${others.length} more` : first.display_number;
}
