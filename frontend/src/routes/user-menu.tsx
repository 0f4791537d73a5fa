import { AppShell, Avatar, Box, Group, Menu, Text, UnstyledButton, useMantineColorScheme } from '@mantine/core';
import {
  IconCalendarTime,
  IconCheck,
  IconDeviceDesktop,
  IconLogout,
  IconMoon,
  IconSelector,
  IconSun,
  IconUser,
} from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useLogOut } from '@/features/accounts/queries';
import { formatDay, weekdayOf } from '@/lib/dates';
import { useSession } from '@/lib/session';
import classes from './app-shell.module.css';

const SCHEMES = [
  { value: 'auto', label: 'Like the system', icon: IconDeviceDesktop },
  { value: 'light', label: 'Light', icon: IconSun },
  { value: 'dark', label: 'Dark', icon: IconMoon },
] as const;

function ProductDay({ today }: { today: string }) {
  return (
    <Group gap={8} px={8} pb="xs" wrap="nowrap" c="dimmed">
      <IconCalendarTime size={16} aria-hidden style={{ flex: 'none' }} />
      <Text size="xs">
        Invoice Tracker's day: {weekdayOf(today)}, {formatDay(today)}
      </Text>
    </Group>
  );
}

function SchemeItems() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return SCHEMES.map(({ value, label, icon: Icon }) => (
    <Menu.Item
      key={value}
      closeMenuOnClick={false}
      leftSection={<Icon size={16} aria-hidden />}
      rightSection={colorScheme === value ? <IconCheck size={14} aria-label="chosen" /> : null}
      onClick={() => setColorScheme(value)}
    >
      {label}
    </Menu.Item>
  ));
}

export function UserMenu({ today, isOtherDay }: { today: string; isOtherDay: boolean }) {
  const session = useSession();
  const client = useQueryClient();
  const navigate = useNavigate();
  const logOut = useLogOut();
  const leave = () =>
    logOut.mutate(undefined, {
      onSuccess: async () => {
        await navigate({ to: '/log-in' });
        client.clear();
      },
    });
  return (
    <AppShell.Section>
      {isOtherDay ? <ProductDay today={today} /> : null}
      <Menu position="top-start" width={216} shadow="md">
        <Menu.Target>
          <UnstyledButton className={classes.userButton}>
            <Group gap={10} wrap="nowrap">
              <Avatar size={30} radius="xl" color="petrol" name={session?.user.name} aria-hidden />
              <Box miw={0} flex={1}>
                <Text size="sm" fw={550} truncate>
                  {session?.user.name}
                </Text>
                <Text size="xs" c="dimmed" truncate>
                  {session?.firm.name}
                </Text>
              </Box>
              <IconSelector size={16} aria-hidden />
            </Group>
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>Appearance</Menu.Label>
          <SchemeItems />
          <Menu.Divider />
          <Menu.Item leftSection={<IconUser size={16} aria-hidden />} onClick={() => void navigate({ to: '/settings/account' })}>
            Account
          </Menu.Item>
          <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={leave}>
            Log out
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </AppShell.Section>
  );
}
