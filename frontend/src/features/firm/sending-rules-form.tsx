import { Button, Checkbox, Group, NumberInput, SimpleGrid, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { SendingRules } from '@/api/types';
import { FormError, fieldErrors } from '@/components/form-error';
import { notifyDone } from '@/lib/notify';
import { useUpdateSendingRules } from './queries';

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

const NUMBERS = [
  ['min_gap_days', 'Days between two e-mails to the same person', 'Over all invoices and reminder sets.'],
  ['age_ceiling_days', 'Oldest invoice that is reminded, in days', 'Counted from the due date.'],
  ['per_minute', 'Most e-mails a minute', 'Keeps mail servers friendly.'],
  ['per_day', 'Most e-mails a day', 'What is more waits until the next day.'],
  ['first_day_cap', 'Most e-mails in the first 24 hours', 'After Safe Mode is switched off for the first time.'],
  ['guard_cap', 'Blast guard: most e-mails a day', 'More than this stops everything. 0: only the forecast counts.'],
] as const;

function toForm(rules: SendingRules) {
  return {
    ...rules,
    window_start: rules.window_start.slice(0, 5),
    window_end: rules.window_end.slice(0, 5),
    weekdays: rules.weekdays.map(String),
    minimum_balance: rules.minimum_balance_minor / 100,
  };
}

export function SendingRulesForm({ rules, disabled }: { rules: SendingRules; disabled: boolean }) {
  const update = useUpdateSendingRules();
  const form = useForm({
    initialValues: toForm(rules),
    validate: {
      weekdays: (days) => (days.length > 0 ? null : 'Please choose at least one day.'),
      window_end: (end, values) => (end > values.window_start ? null : 'The end must be after the start.'),
    },
  });
  const submit = form.onSubmit(({ safe_mode: _safeMode, minimum_balance, weekdays, ...rest }) => {
    update.mutate(
      { ...rest, weekdays: weekdays.map(Number).sort(), minimum_balance_minor: Math.round(minimum_balance * 100) },
      {
        onSuccess: () => notifyDone('The sending rules are saved.'),
        onError: (error) => form.setErrors(fieldErrors(error)),
      },
    );
  });
  return (
    <form onSubmit={submit}>
      <fieldset disabled={disabled} style={{ border: 0, padding: 0, margin: 0 }}>
        <Stack>
          <FormError error={update.error} />
          <Group align="flex-start">
            <TextInput type="time" label="From" required {...form.getInputProps('window_start')} />
            <TextInput type="time" label="Until" required {...form.getInputProps('window_end')} />
          </Group>
          <Checkbox.Group label="On these days" {...form.getInputProps('weekdays')}>
            <Group mt={6}>
              {WEEKDAYS.map((name, index) => (
                <Checkbox key={name} value={String(index)} label={name} />
              ))}
            </Group>
          </Checkbox.Group>
          <SimpleGrid cols={{ base: 1, sm: 2 }} verticalSpacing="md">
            {NUMBERS.map(([name, label, description]) => (
              <NumberInput
                key={name}
                label={label}
                description={description}
                min={0}
                allowDecimal={false}
                {...form.getInputProps(name)}
              />
            ))}
            <NumberInput
              label="Smallest balance that is reminded"
              description="In the invoice's currency."
              min={0}
              decimalScale={2}
              fixedDecimalScale
              {...form.getInputProps('minimum_balance')}
            />
          </SimpleGrid>
          <Checkbox
            label="Leave clients to Clio where Clio itself reminds them"
            description="Clio can send reminders of its own. With this, a client who gets those gets none from here: the invoice stands in On hold and says so. Without it, you are warned that the client may get both."
            {...form.getInputProps('holds_for_other_senders', { type: 'checkbox' })}
          />
          <Checkbox
            label="Tell attorneys by e-mail what is planned on their matters"
            description="At 3 PM, for the next sending day. A link in it holds a client."
            {...form.getInputProps('attorney_preview', { type: 'checkbox' })}
          />
          <Group>
            <Button type="submit" loading={update.isPending}>
              Save
            </Button>
          </Group>
        </Stack>
      </fieldset>
    </form>
  );
}
