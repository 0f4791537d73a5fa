import { AppShell, Badge, VisuallyHidden } from '@mantine/core';
import { IconChartBar, IconCreditCard, IconFileInvoice, IconListCheck, IconMailForward, IconPlayerPlay, IconSettings, IconSun } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { LinkNav } from '@/components/links';
import { activityQuery } from '@/features/activity/queries';
import { answersToDoQuery } from '@/features/answers/queries';
import classes from './app-shell.module.css';

/** A number beside the name, and what it counts for those who do not see it. */
function Waiting({ number, what }: { number: number; what: string }) {
  if (number === 0) return null;
  return (
    <Badge size="sm" color="amber" radius="xl" className="num">
      {number}
      <VisuallyHidden> {what}</VisuallyHidden>
    </Badge>
  );
}

export function MainNav() {
  const activity = useQuery(activityQuery).data;
  const answers = useQuery(answersToDoQuery).data?.total ?? 0;
  const toDo = answers + (activity ? activity.awaiting_approval + activity.uncertain + activity.to_call + activity.payments_differ : 0);
  const links = [
    { to: '/', label: 'Today', icon: IconSun },
    { to: '/invoices', label: 'Invoices', icon: IconFileInvoice },
    {
      to: '/payments',
      label: 'Payments',
      icon: IconCreditCard,
      waiting: <Waiting number={activity?.to_record ?? 0} what="to record in Clio" />,
    },
    { to: '/reminder-sets', label: 'Reminder sets', icon: IconMailForward },
    { to: '/auto-collect', label: 'Auto-Collect', icon: IconPlayerPlay },
    { to: '/to-do', label: 'To do', icon: IconListCheck, waiting: <Waiting number={toDo} what="waiting for you" /> },
    { to: '/reports', label: 'Reports', icon: IconChartBar },
    { to: '/settings', label: 'Settings', icon: IconSettings },
  ] as const;
  return (
    <AppShell.Section grow component="nav" aria-label="Main">
      <ul className={classes.navList}>
        {links.map(({ to, label, icon: Icon, ...rest }) => (
          <li key={to}>
            <LinkNav
              to={to}
              label={label}
              activeOptions={{ exact: to === '/' }}
              className={classes.navLink}
              leftSection={<Icon size={18} stroke={1.7} aria-hidden />}
              rightSection={'waiting' in rest ? rest.waiting : null}
            />
          </li>
        ))}
      </ul>
    </AppShell.Section>
  );
}
