import { LinkButton } from '@/components/links';

/** Where to go from a report in which there is nothing yet. */
export function OpenInvoices() {
  return (
    <LinkButton to="/invoices" variant="default" mt="sm">
      Open Invoices
    </LinkButton>
  );
}
