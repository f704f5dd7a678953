import { z } from 'zod';
import { duration } from '../duration.ts';
import { check, environment } from './stage-fields.ts';

/** Asks a URL and holds status, latency and body against what is expected. */
export const httpStage = z.strictObject({
  kind: z.literal('http'),
  ...check,
  environment: environment.optional(),
  url: z
    .string()
    .min(1)
    .max(2000)
    .describe(
      'An absolute http(s) URL, or a path such as `/health`, asked of the revision that this deployment placed.',
    ),
  through: z
    .enum(['revision', 'router'])
    .default('revision')
    .describe('For a path: ask the new revision itself, or the address that users see.'),
  status: z.int().min(100).max(599).default(200).describe('The status that is expected.'),
  within: duration.optional().describe('The longest acceptable answer time.'),
  contains: z.string().max(1000).optional().describe('Text that the body must contain.'),
});

export type HttpStage = z.output<typeof httpStage>;
