import { Alert } from '@mantine/core';

export function OwnerOnly() {
  return <Alert color="gray">Only an owner of the firm can change this.</Alert>;
}
