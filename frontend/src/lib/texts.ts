import type { Section } from '@/api/types';

export const SECTION_NAMES: Record<Section, string> = {
  no_reminders: 'No reminders',
  active_reminders: 'Active Reminders',
  on_hold: 'On hold',
  completed: 'Completed',
  paid: 'Paid',
};

export const SECTIONS = Object.keys(SECTION_NAMES) as Section[];

export const SAFE_MODE = 'Safe Mode is on: everything is planned and shown, nothing leaves.';

/** count(1, "invoice") → "1 invoice", count(1200, "invoice") → "1,200 invoices" */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number.toLocaleString('en-US')} ${number === 1 ? noun : plural}`;
}
