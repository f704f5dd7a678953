import { z } from 'zod';

/** An event as a rule's function gets it (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html). */
export const busEvent = z.strictObject({
  version: z.literal('0'),
  id: z.string(),
  'detail-type': z.string(),
  source: z.string(),
  account: z.string(),
  time: z.string().describe('ISO-8601 UTC, in whole seconds.'),
  region: z.string(),
  resources: z.array(z.string()),
  detail: z.record(z.string(), z.json()),
});
export type BusEvent = z.output<typeof busEvent>;
