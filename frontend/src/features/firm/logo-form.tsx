import { Button, FileButton, Group, Image, Paper, Stack, Text } from '@mantine/core';
import { IconTrash, IconUpload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { FormError } from '@/components/form-error';
import { logoQuery } from '@/lib/logo';
import { notifyDone } from '@/lib/notify';
import { useRemoveLogo, useSaveLogo } from './queries';

/** The picture at the head of every mail. */
export function LogoForm({ disabled }: { disabled: boolean }) {
  const logo = useQuery(logoQuery).data ?? null;
  const save = useSaveLogo();
  const remove = useRemoveLogo();
  const choose = (file: File | null) => {
    if (!file) return;
    save.mutate(file, { onSuccess: () => notifyDone('The logo is saved. E-mails show it from now on.') });
  };
  return (
    <Stack gap="xs" maw={520}>
      <Text size="sm" fw={500}>
        Logo
      </Text>
      <FormError error={save.error ?? remove.error} />
      {logo ? (
        <Paper withBorder p="sm" bg="white" style={{ alignSelf: 'flex-start' }}>
          <Image src={logo} alt="Your logo" h={56} w="auto" maw={280} fit="contain" />
        </Paper>
      ) : (
        <Text size="sm" c="dimmed">
          No logo yet: e-mails and the payment page begin with your firm’s name.
        </Text>
      )}
      <Group gap="xs">
        <FileButton accept="image/png,image/jpeg,image/gif,image/webp" onChange={choose} disabled={disabled}>
          {(button) => (
            <Button {...button} variant="default" loading={save.isPending} disabled={disabled} leftSection={<IconUpload size={16} aria-hidden />}>
              {logo ? 'Choose another' : 'Choose a picture'}
            </Button>
          )}
        </FileButton>
        {logo ? (
          <Button
            variant="subtle"
            color="red"
            loading={remove.isPending}
            disabled={disabled}
            leftSection={<IconTrash size={16} aria-hidden />}
            onClick={() => remove.mutate(undefined, { onSuccess: () => notifyDone('The logo is gone. E-mails show your firm’s name.') })}
          >
            Remove
          </Button>
        ) : null}
      </Group>
      <Text size="xs" c="dimmed">
        PNG, JPEG, GIF or WebP, at most 200 KB. It is shown 56 pixels high.
      </Text>
    </Stack>
  );
}
