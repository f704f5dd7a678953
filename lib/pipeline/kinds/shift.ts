import { z } from 'zod';
import { change, environment } from './stage-fields.ts';

/** Sends a share of the traffic to the revision that this deployment placed; the rest stays with the live one. */
export const shiftStage = z.strictObject({
  kind: z.literal('shift'),
  ...change,
  environment,
  percent: z.int().min(0).max(100).describe('Percent of the traffic for the new revision.'),
});

export type ShiftStage = z.output<typeof shiftStage>;
