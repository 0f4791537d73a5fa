import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Card } from '@/components/card';
import { QueryView } from '@/components/query-view';
import { OwnerOnly } from '@/components/role-note';
import { CompanyForm } from '@/features/firm/company-form';
import { LogoForm } from '@/features/firm/logo-form';
import { firmQuery } from '@/features/firm/queries';
import { useMay } from '@/lib/session';

export default function CompanySettings() {
  const mayChange = useMay('own');
  return (
    <Card title="Company" about="These details stand in every e-mail and on the payment page.">
      <Stack>
        {mayChange ? null : <OwnerOnly />}
        <LogoForm disabled={!mayChange} />
        <QueryView query={useQuery(firmQuery)}>{(firm) => <CompanyForm firm={firm} disabled={!mayChange} />}</QueryView>
      </Stack>
    </Card>
  );
}
