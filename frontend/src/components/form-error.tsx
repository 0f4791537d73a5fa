import { Alert } from '@mantine/core';
import { errorText, isApiError } from '@/api/problem';

/** What is wrong with a form as a whole; what is wrong with a field stands at the field. */
export function FormError({ error }: { error: unknown }) {
  if (!error) return null;
  if (isApiError(error) && error.status === 422 && Object.keys(error.fields).length > 0) return null;
  return (
    <Alert color="red" role="alert">
      {errorText(error)}
    </Alert>
  );
}

/** The API's words for each field, for a form's `setErrors`. */
export function fieldErrors(error: unknown): Record<string, string> {
  return isApiError(error) ? error.fields : {};
}
