import { Box, Table, Text } from '@mantine/core';
import type { CollectionPreview } from '@/api/types';
import { useDates } from '@/lib/today';
import classes from './first-mails.module.css';

/** Who gets what first, and when. */
export function FirstMails({ mails, startable }: { mails: CollectionPreview['first_mails']; startable: number }) {
  const { instant } = useDates();
  if (mails.length === 0) return <Text c="dimmed">With these choices no e-mail would be sent.</Text>;
  return (
    <>
      <Box mah={440} style={{ overflow: 'auto' }} tabIndex={0} role="group" aria-label="First e-mails">
        <Table verticalSpacing={7} stickyHeader className={classes.mails}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>First e-mail</Table.Th>
              <Table.Th>Invoice</Table.Th>
              <Table.Th>Recipient and subject</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {mails.map((mail) => (
              <Table.Tr key={mail.invoice_id}>
                <Table.Td className="num" valign="top">
                  {instant(mail.at)}
                </Table.Td>
                <Table.Td valign="top">
                  {mail.number}
                  <Text size="xs" c="dimmed">
                    {mail.client_name}
                  </Text>
                </Table.Td>
                <Table.Td valign="top" style={{ overflowWrap: 'anywhere' }}>
                  {mail.recipient ?? '–'}
                  <Text size="xs" c="dimmed" lineClamp={1}>
                    Step {mail.step_position}: {mail.subject}
                  </Text>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Box>
      {mails.length < startable ? (
        <Text size="sm" c="dimmed" mt="xs">
          The first {mails.length} of {startable.toLocaleString('en-US')} are shown.
        </Text>
      ) : null}
    </>
  );
}
