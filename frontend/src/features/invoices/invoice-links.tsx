import { Button, CopyButton } from '@mantine/core';
import { IconCheck, IconExternalLink, IconFileText, IconLink, IconScale } from '@tabler/icons-react';
import type { InvoiceDetail } from '@/api/types';
import { ActionButton, lookOf } from '@/components/action-button';

const NEW_TAB = <IconExternalLink size={15} aria-label="opens in a new tab" />;

export function InvoiceLinks({ invoice }: { invoice: InvoiceDetail }) {
  return (
    <>
      {invoice.pay_url ? (
        <CopyButton value={invoice.pay_url}>
          {({ copied, copy }) => (
            <ActionButton
              keyName="L"
              onClick={copy}
              leftSection={copied ? <IconCheck size={16} aria-hidden /> : <IconLink size={16} aria-hidden />}
            >
              {copied ? 'Copied' : 'Copy pay link'}
            </ActionButton>
          )}
        </CopyButton>
      ) : null}
      <Button
        component="a"
        href={`/api/v1/invoices/${invoice.id}/document`}
        target="_blank"
        rel="noreferrer"
        {...lookOf('B', NEW_TAB)}
        leftSection={<IconFileText size={16} aria-hidden />}
      >
        Bill as PDF
      </Button>
      <Button
        component="a"
        href={invoice.clio_url}
        target="_blank"
        rel="noreferrer"
        {...lookOf('O', NEW_TAB)}
        leftSection={<IconScale size={16} aria-hidden />}
      >
        Open in Clio
      </Button>
    </>
  );
}
