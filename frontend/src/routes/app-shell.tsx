import { AppShell, Box, Burger, Group } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Outlet, useRouterState } from '@tanstack/react-router';
import { useEffect, useMemo } from 'react';
import { Logo } from '@/components/logo';
import { setupQuery } from '@/features/firm/queries';
import { LiveMark } from '@/features/live/live-mark';
import { useLive } from '@/features/live/use-live';
import { dayOf } from '@/lib/dates';
import { useSession } from '@/lib/session';
import { TodayContext } from '@/lib/today';
import classes from './app-shell.module.css';
import { ClioBanner } from './clio-banner';
import { GuardBanner } from './guard-banner';
import { MainNav } from './main-nav';
import { PauseAll, PauseBanner } from './pause-banner';
import { SafeModeBanner } from './safe-mode-banner';
import { SendingMark } from './sending-mark';
import { UserMenu } from './user-menu';
import { VerifySenderNote } from './verify-sender-note';

/** Frame of every page for staff: navigation, Safe Mode, the product's day. */
export default function Shell() {
  const [opened, { toggle, close }] = useDisclosure(false);
  const session = useSession();
  const live = useLive();
  const setup = useQuery(setupQuery).data;
  const path = useRouterState({ select: ({ location }) => location.pathname });
  useEffect(close, [path, close]);

  const timeZone = session?.firm.time_zone ?? 'UTC';
  const today = setup?.today ?? dayOf(new Date().toISOString(), timeZone);
  const days = useMemo(() => ({ today, timeZone }), [today, timeZone]);

  return (
    <TodayContext value={days}>
      <a href="#main" className="skip-link">
        Skip to the content
      </a>
      <AppShell
        header={{ height: { base: 56, sm: 0 }, collapsed: false }}
        navbar={{ width: 232, breakpoint: 'sm', collapsed: { mobile: !opened } }}
        layout="alt"
        padding={0}
      >
        <AppShell.Header hiddenFrom="sm" className={classes.header}>
          <Group h="100%" px="md" gap="xs" justify="space-between" wrap="nowrap">
            <Logo />
            <SendingMark isShort />
            <Burger opened={opened} onClick={toggle} size="sm" aria-label={opened ? 'Close menu' : 'Open menu'} />
          </Group>
        </AppShell.Header>
        <AppShell.Navbar className={classes.navbar} p="sm">
          <Group h={44} px={8} mb="sm" justify="space-between" wrap="nowrap">
            <Logo />
            <Burger opened={opened} onClick={toggle} hiddenFrom="sm" size="sm" aria-label="Close menu" />
          </Group>
          <MainNav />
          <PauseAll />
          <SendingMark />
          <LiveMark state={live} />
          <UserMenu today={today} isOtherDay={setup !== undefined && dayOf(new Date().toISOString(), timeZone) !== today} />
        </AppShell.Navbar>
        <AppShell.Main className={classes.main} id="main" tabIndex={-1}>
          <ClioBanner isNeeded={setup !== undefined && !setup.clio_connected} />
          <GuardBanner />
          <PauseBanner />
          <SafeModeBanner isOn={setup?.safe_mode ?? false} />
          <VerifySenderNote isNeeded={setup !== undefined && !setup.sender_verified} />
          <Box className={classes.content}>
            <Outlet />
          </Box>
        </AppShell.Main>
      </AppShell>
    </TodayContext>
  );
}
