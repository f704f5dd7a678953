import type { z } from 'zod';
import { NoneventError } from '../lib/nonevent-error.ts';

/** What a Lambda function is to its host: JSON in, JSON out. Thrown errors are matched by name in Step Functions. */
export type Handler = (payload: unknown) => Promise<unknown>;

/** A handler that takes only payloads of the given form, and names its errors by their code so that they can be matched. */
export function handler<Payload>(
  form: z.ZodType<Payload>,
  run: (payload: Payload) => Promise<unknown>,
): Handler {
  return async (payload) => {
    try {
      return await run(form.parse(payload));
    } catch (thrown) {
      throw thrown instanceof NoneventError ? Object.assign(thrown, { name: thrown.code }) : thrown;
    }
  };
}
