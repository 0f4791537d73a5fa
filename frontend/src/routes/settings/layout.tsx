import { Box } from '@mantine/core';
import { Outlet } from '@tanstack/react-router';
import { LinkNav } from '@/components/links';
import { PageHeader } from '@/components/page-header';
import classes from './layout.module.css';

const PAGES = [
  { to: '/settings/company', label: 'Company' },
  { to: '/settings/email', label: 'Email Settings' },
  { to: '/settings/sending-rules', label: 'Sending rules' },
  { to: '/settings/clio', label: 'Connect to Clio' },
  { to: '/settings/sync', label: 'Sync' },
  { to: '/settings/stripe', label: 'Connect to Stripe' },
  { to: '/settings/health', label: 'Health' },
  { to: '/settings/account', label: 'Account' },
] as const;

export default function SettingsLayout() {
  return (
    <>
      <PageHeader title="Settings" />
      <div className={classes.layout}>
        <Box component="nav" aria-label="Settings">
          <ul className={classes.list}>
            {PAGES.map(({ to, label }) => (
              <li key={to}>
                <LinkNav to={to} label={label} className={classes.link} />
              </li>
            ))}
          </ul>
        </Box>
        <Box miw={0}>
          <Outlet />
        </Box>
      </div>
    </>
  );
}
