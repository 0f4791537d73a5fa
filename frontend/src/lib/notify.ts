import { notifications } from '@mantine/notifications';
import { errorText } from '@/api/problem';

export function notifyDone(message: string, title?: string): void {
  notifications.show({ message, title, color: 'green' });
}

export function notifyFailed(error: unknown): void {
  notifications.show({ title: 'That did not work', message: errorText(error), color: 'red', autoClose: 10_000 });
}
