import { Badge, Button, Checkbox, Group, Paper, Text } from '@mantine/core';
import { useEffect, useRef } from 'react';
import type { Upcoming } from '@/api/types';
import { LinkText } from '@/components/links';
import { MoneyText } from '@/components/money-text';
import { useDates } from '@/lib/today';
import { reviewInWords, STATES, type Verb } from './words';

interface Props {
  item: Upcoming;
  /** Whether it is ticked, in a list where one ticks. */
  ticked?: boolean;
  current?: boolean;
  mayWork: boolean;
  busy: boolean;
  onTick?: () => void;
  onVerb: (verb: Verb) => void;
}

const BUTTONS: readonly (readonly [Verb, string, keyof Upcoming])[] = [
  ['undo', 'Undo', 'can_undo'],
  ['veto', 'Veto', 'can_veto'],
  ['edit', 'Edit', 'can_edit'],
  ['approve', 'Approve', 'can_approve'],
];

/** One mail or call of the day: to whom, about what, whether it goes, and what can be done about it. */
export function UpcomingItem({ item, ticked, current = false, mayWork, busy, onTick, onVerb }: Props) {
  const { instant } = useDates();
  const [state, color] = STATES[item.state];
  const isCall = item.kind === 'call_task';
  const name = `invoice ${item.invoice.number}`;
  const box = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (current) box.current?.scrollIntoView({ block: 'nearest' });
  }, [current]);
  return (
    <Paper
      ref={box}
      component="li"
      p="md"
      aria-current={current ? 'true' : undefined}
      style={current ? { outline: '2px solid var(--mantine-primary-color-filled)' } : undefined}
    >
      <Group justify="space-between" gap="md" wrap="wrap">
        <Group gap="sm" wrap="nowrap" align="flex-start" style={{ minWidth: 0, flex: '1 1 20rem' }}>
          {mayWork && onTick ? <Checkbox mt={2} checked={ticked ?? false} onChange={onTick} aria-label={`Select ${name}`} /> : null}
          <div style={{ minWidth: 0 }}>
            <Group gap="xs">
              <Text fw={550} style={{ overflowWrap: 'anywhere' }}>
                {isCall ? 'Call' : item.subject}
              </Text>
              <Badge color={color}>{state}</Badge>
            </Group>
            <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
              {item.client?.name ?? 'Unknown client'}, invoice{' '}
              <LinkText to="/invoices/$invoiceId" params={{ invoiceId: item.invoice.id }} underline="always">
                {item.invoice.number}
              </LinkText>
              , <MoneyText money={item.balance} />
              {item.recipient ? ` · ${item.recipient}` : ''}
            </Text>
            <Text size="xs" c="dimmed">
              {item.reminder_set_name}, step {item.step_position} · {instant(item.at)}
              {item.shares_mail_with.length ? ` · in one e-mail with ${item.shares_mail_with.join(', ')}` : ''}
              {item.review ? ` · ${reviewInWords(item.review)}` : ''}
            </Text>
            {item.note && item.state !== 'needs_approval' ? (
              <Text size="sm" mt={4}>
                {item.note}
              </Text>
            ) : null}
          </div>
        </Group>
        <Group gap="xs">
          {BUTTONS.filter(([, , may]) => item[may]).map(([verb, label]) => (
            <Button
              key={verb}
              size="sm"
              variant={verb === 'approve' ? 'filled' : 'default'}
              disabled={!mayWork || busy}
              aria-label={`${label} ${name}`}
              onClick={() => onVerb(verb)}
            >
              {label}
            </Button>
          ))}
        </Group>
      </Group>
    </Paper>
  );
}
