import { z } from 'zod';
import { change, environment } from './common.ts';

/** Takes the lease of an environment. Never written in a file: put before the first change of each environment. */
export const acquireStage = z.strictObject({ kind: z.literal('acquire'), ...change, environment });

export type AcquireStage = z.output<typeof acquireStage>;
