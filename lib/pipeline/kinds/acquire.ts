import { z } from 'zod';
import { leasePolicy } from '../lease-policy.ts';
import { change, environment } from './stage-fields.ts';

/** Takes the lease of an environment. Never written in a file: put before the first change of each environment. */
export const acquireStage = z.strictObject({
  kind: z.literal('acquire'),
  ...change,
  environment,
  policy: leasePolicy
    .optional()
    .describe(
      'What it does while the lease is held; `reject` in definitions from before there was a choice.',
    ),
});

export type AcquireStage = z.output<typeof acquireStage>;
