import { IconCircleCheck, IconFileInvoice, IconMailForward, IconPlayerPause, IconSearchOff } from '@tabler/icons-react';
import type { Section } from '@/api/types';
import { EmptyState } from '@/components/empty-state';
import { LinkButton } from '@/components/links';

export function EmptySection({ section, isSearch }: { section: Section; isSearch: boolean }) {
  if (isSearch) {
    return (
      <EmptyState icon={IconSearchOff} title="No invoice matches">
        Look in another section, take a filter away, or search for something shorter.
      </EmptyState>
    );
  }
  switch (section) {
    case 'no_reminders':
      return (
        <EmptyState
          icon={IconFileInvoice}
          title="No invoices without reminders"
          action={<LinkButton to="/settings/clio" variant="default" mt="sm">Connect to Clio</LinkButton>}
        >
          Approved bills from Clio appear here. They sync every 15 minutes, or at once with Resync.
        </EmptyState>
      );
    case 'active_reminders':
      return (
        <EmptyState icon={IconMailForward} title="No active reminders">
          Select invoices in No reminders and choose Start Collection.
        </EmptyState>
      );
    case 'on_hold':
      return (
        <EmptyState icon={IconPlayerPause} title="Nothing is on hold">
          Paused invoices, disputes and payments under way wait here.
        </EmptyState>
      );
    case 'completed':
      return (
        <EmptyState icon={IconCircleCheck} title="Nothing is completed yet">
          Invoices that went through all their reminders and are still open appear here.
        </EmptyState>
      );
    case 'paid':
      return (
        <EmptyState icon={IconCircleCheck} title="Nothing is paid yet">
          Invoices appear here as soon as they are paid, by Stripe or in Clio.
        </EmptyState>
      );
  }
}
