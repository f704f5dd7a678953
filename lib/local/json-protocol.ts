import type { z } from 'zod';
import { AwsError } from './aws-error.ts';

/** One operation of a service: what it takes, and what it does. */
export type Operation = (request: unknown) => Promise<object>;

/** The operations of a service by name. */
export type Service = {
  readonly operations: Readonly<Record<string, Operation>>;
  readonly contentType: string;
};

/** An operation whose request has passed its schema; one that does not is answered with `ValidationException`. */
export function operation<Schema extends z.ZodType>(
  schema: Schema,
  perform: (request: z.output<Schema>) => Promise<object>,
): Operation {
  return async (request) => {
    const parsed = schema.safeParse(request);
    if (parsed.success) return perform(parsed.data);
    const problems = parsed.error.issues.map(
      (issue) => `${issue.path.join('.') || 'request'}: ${issue.message}`,
    );
    throw new AwsError(
      'ValidationException',
      `${problems.length} validation error${problems.length === 1 ? '' : 's'} detected: ${problems.join('; ')}`,
    );
  };
}
