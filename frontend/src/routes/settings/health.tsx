import { Card } from '@/components/card';
import { HealthLines } from '@/features/health/health-report';

export default function Health() {
  return (
    <Card title="Health" about="What runs by itself: when it last did, and what to do where it does not.">
      <HealthLines />
    </Card>
  );
}
