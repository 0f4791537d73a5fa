import { Stack } from '@mantine/core';
import { Card } from '@/components/card';
import { Facts } from '@/components/facts';
import { useSession } from '@/lib/session';

const ROLES = {
  owner: 'Owner: may do everything',
  billing: 'Billing: works with invoices, reminders and payments',
  attorney: 'Attorney: reads, pauses and resumes',
  viewer: 'Viewer: reads',
} as const;

export default function AccountSettings() {
  const session = useSession();
  if (!session) return null;
  return (
    <Card title="Account">
      <Stack>
        <Facts
          items={[
            ['Name', session.user.name],
            ['E-mail address', session.user.email],
            ['Role', ROLES[session.user.role]],
            ['Firm', session.firm.name],
          ]}
        />
      </Stack>
    </Card>
  );
}
