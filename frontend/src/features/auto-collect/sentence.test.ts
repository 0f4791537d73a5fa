import { expect, it } from 'vitest';
import { type Asked, ruleSentence } from './sentence';

const NOTHING: Asked = {
  min_days_overdue: null,
  max_days_overdue: null,
  min_balance_minor: null,
  max_balance_minor: null,
  currency: null,
  clients: [],
  matters: [],
  attorneys: [],
  practice_areas: [],
};

it.each<[Partial<Asked>, string]>([
  [{}, 'All approved invoices start on “Standard”.'],
  [
    { min_days_overdue: 5, min_balance_minor: 10_000, currency: 'USD', practice_areas: ['Family Law'] },
    'Invoices at least 5 days overdue of at least $100.00 of the practice area Family Law start on “Standard”.',
  ],
  [{ min_days_overdue: 1 }, 'Invoices at least 1 day overdue start on “Standard”.'],
  [{ min_days_overdue: 0 }, 'Invoices from the due date on start on “Standard”.'],
  [{ min_days_overdue: -3 }, 'Invoices from 3 days before the due date on start on “Standard”.'],
  [{ max_days_overdue: 30 }, 'Invoices at most 30 days overdue start on “Standard”.'],
  [{ max_days_overdue: 0 }, 'Invoices until the due date start on “Standard”.'],
  [{ min_days_overdue: 5, max_days_overdue: 30 }, 'Invoices 5 to 30 days overdue start on “Standard”.'],
  [
    { min_days_overdue: -3, max_days_overdue: 10 },
    'Invoices from 3 days before the due date to 10 days after the due date start on “Standard”.',
  ],
  [{ currency: 'EUR' }, 'Invoices in EUR start on “Standard”.'],
  [{ max_balance_minor: 50_000 }, 'Invoices of at most 500.00 start on “Standard”.'],
  [
    { min_balance_minor: 100, max_balance_minor: 5000, currency: 'JPY' },
    'Invoices of ¥100 to ¥5,000 start on “Standard”.',
  ],
  [{ clients: ['Ada', 'Ben'] }, 'Invoices of the clients Ada or Ben start on “Standard”.'],
  [{ clients: ['A', 'B', 'C', 'D'] }, 'Invoices of the clients A, B or 2 others start on “Standard”.'],
  [
    { matters: ['00001-Okafor'], attorneys: ['Dana Hale'] },
    'Invoices for the matter 00001-Okafor of the attorney Dana Hale start on “Standard”.',
  ],
])('says %j in one sentence', (asked, sentence) => {
  expect(ruleSentence({ ...NOTHING, ...asked }, 'Standard')).toBe(sentence);
});
