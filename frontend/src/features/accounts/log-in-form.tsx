import { Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { FormError, fieldErrors } from '@/components/form-error';
import { useLogIn } from './queries';

export function LogInForm({ onDone }: { onDone: () => void }) {
  const logIn = useLogIn();
  const form = useForm({ initialValues: { email: '', password: '' } });
  const submit = form.onSubmit((values) => {
    logIn.mutate(values, { onSuccess: onDone, onError: (error) => form.setErrors(fieldErrors(error)) });
  });
  return (
    <form onSubmit={submit}>
      <Stack>
        <FormError error={logIn.error} />
        <TextInput
          label="E-mail address"
          type="email"
          name="email"
          autoComplete="username"
          required
          autoFocus
          {...form.getInputProps('email')}
        />
        <PasswordInput
          label="Password"
          name="password"
          autoComplete="current-password"
          required
          {...form.getInputProps('password')}
        />
        <Button type="submit" loading={logIn.isPending} fullWidth mt="xs">
          Log in
        </Button>
      </Stack>
    </form>
  );
}
