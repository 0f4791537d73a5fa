import { List } from '@mantine/core';
import type { Step } from '@/api/types';
import { stepText } from '@/lib/step-words';

export function StepsInWords({ steps }: { steps: readonly Step[] }) {
  return (
    <List type="ordered" size="sm" spacing={2}>
      {steps.map((step, index) => (
        <List.Item key={step.id ?? index}>{stepText(step)}</List.Item>
      ))}
    </List>
  );
}
