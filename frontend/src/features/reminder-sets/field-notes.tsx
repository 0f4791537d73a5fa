import { Alert } from '@mantine/core';
import type { Finding } from '@/api/types';

/** What the linter says of one field, below it. */
export function FieldNotes({ findings, field }: { findings: readonly Finding[]; field: Finding['field'] }) {
  return findings
    .filter((finding) => finding.field === field)
    .map((finding) => (
      <Alert key={finding.message} mt={6} py={8} color={finding.level === 'error' ? 'red' : 'amber'} role="status">
        {finding.message}
      </Alert>
    ));
}
