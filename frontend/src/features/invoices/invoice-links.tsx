import { Button, CopyButton } from '@mantine/core';
import { IconCheck, IconExternalLink, IconFileText, IconLink } from '@tabler/icons-react';
import type { InvoiceDetail } from '@/api/types';

export function InvoiceLinks({ invoice }: { invoice: InvoiceDetail }) {
  return (
    <>
      {invoice.pay_url ? (
        <CopyButton value={invoice.pay_url}>
          {({ copied, copy }) => (
            <Button
              variant="default"
              onClick={copy}
              leftSection={copied ? <IconCheck size={16} aria-hidden /> : <IconLink size={16} aria-hidden />}
            >
              {copied ? 'Copied' : 'Copy pay link'}
            </Button>
          )}
        </CopyButton>
      ) : null}
      <Button
        component="a"
        href={`/api/v1/invoices/${invoice.id}/document`}
        target="_blank"
        rel="noreferrer"
        variant="default"
        leftSection={<IconFileText size={16} aria-hidden />}
        rightSection={<IconExternalLink size={15} aria-label="opens in a new tab" />}
      >
        Bill as PDF
      </Button>
      <Button
        component="a"
        href={invoice.clio_url}
        target="_blank"
        rel="noreferrer"
        variant="default"
        rightSection={<IconExternalLink size={15} aria-label="opens in a new tab" />}
      >
        Open in Clio
      </Button>
    </>
  );
}
