import { Box, Group, Text } from '@mantine/core';
import { IconHandStop, IconSend, IconShieldCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { blastGuardQuery } from '@/features/blast-guard/queries';
import { sendingInWords } from '@/features/blast-guard/sending-words';
import { setupQuery } from '@/features/firm/queries';

/** On every page: whether e-mails leave, and the guard over how many. */
export function SendingMark({ isShort = false }: { isShort?: boolean }) {
  const setup = useQuery(setupQuery).data;
  const guard = useQuery(blastGuardQuery).data;
  if (!setup) return null;
  const words = sendingInWords(setup.safe_mode, guard);
  const Icon = setup.safe_mode ? IconShieldCheck : words.isFree ? IconSend : IconHandStop;
  return (
    <Group gap={8} px={8} pb={isShort ? 0 : 6} wrap="nowrap" align="flex-start" c={words.isFree ? 'dimmed' : 'amber'}>
      <Icon size={16} stroke={1.7} aria-hidden style={{ flex: 'none', marginTop: 1 }} />
      <Box miw={0}>
        <Text size="xs" fw={550} c="inherit">
          {words.sending}
        </Text>
        {isShort ? null : (
          <Text size="xs" c="dimmed">
            {words.guard}
          </Text>
        )}
      </Box>
    </Group>
  );
}
