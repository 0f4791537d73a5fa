/** An error of the API in words fit for people. `status` 0: the API could not be reached at all. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly fields: Record<string, string>;
  /** Members of the answer beyond those of every problem; what they are depends on `code`. */
  readonly more: Readonly<Record<string, unknown>>;

  constructor(
    status: number,
    code: string,
    detail: string,
    fields: Record<string, string> = {},
    more: Readonly<Record<string, unknown>> = {},
  ) {
    super(detail);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.fields = fields;
    this.more = more;
  }
}

const UNREACHABLE = 'Invoice Tracker cannot be reached. Nothing is lost; please try again in a moment.';

export function unreachable(): ApiError {
  return new ApiError(0, 'unreachable', UNREACHABLE);
}

interface ProblemBody {
  detail?: unknown;
  title?: unknown;
  code?: unknown;
  errors?: { field: string; message: string }[];
}

/** Makes an ApiError of a failed answer; a gateway's page instead of a problem means "not reachable". */
export function toApiError(status: number, body: unknown): ApiError {
  if (body === null || typeof body !== 'object') {
    if (status >= 500) return unreachable();
    return new ApiError(status, 'unknown', `The request failed (${String(status)}).`);
  }
  const problem = body as ProblemBody;
  const fields = Object.fromEntries((problem.errors ?? []).map((error) => [error.field, error.message]));
  const detail = [problem.detail, problem.title].find((text) => typeof text === 'string' && text !== '');
  return new ApiError(
    status,
    typeof problem.code === 'string' ? problem.code : 'unknown',
    typeof detail === 'string' ? detail : `The request failed (${String(status)}).`,
    fields,
    body as Record<string, unknown>,
  );
}

export function isApiError(error: unknown, code?: string): error is ApiError {
  return error instanceof ApiError && (code === undefined || error.code === code);
}

export function isLoggedOut(error: unknown): boolean {
  return error instanceof ApiError && error.status === 401;
}

export function isUnreachable(error: unknown): boolean {
  return error instanceof ApiError && error.status === 0;
}

/** The sentence to show for any error. */
export function errorText(error: unknown): string {
  if (error instanceof ApiError) return error.message;
  return 'Something went wrong on this page. Please reload it.';
}
