import { formatMoney, formatTotals } from '@/lib/money';
import type { Money } from '@/api/types';

export function MoneyText({ money }: { money: Money }) {
  return <span className="num">{formatMoney(money)}</span>;
}

export function TotalsText({ totals }: { totals: readonly Money[] }) {
  return <span className="num">{formatTotals(totals)}</span>;
}
