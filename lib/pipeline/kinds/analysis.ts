import { z } from 'zod';
import { duration } from '../duration.ts';
import { cloudCriteria } from './cloud-criteria.ts';
import { share } from './share.ts';
import { check, environment } from './stage-fields.ts';

/** What an analysis holds the new revision against. At least one bound is set. */
export const analysisCriteria = {
  for: duration.describe(
    'How long the new revision is observed before it may pass; time in which nobody counted is not observed.',
  ),
  interval: duration.default(1).describe('The time between two measurements.'),
  minRequests: z
    .int()
    .min(1)
    .optional()
    .describe(
      'With fewer requests to the new revision than this there is not enough evidence, which never passes. Required with errorRate and p95.',
    ),
  errorRate: z
    .strictObject({
      max: share.optional().describe('The highest acceptable share of 5xx answers.'),
      maxIncrease: share
        .optional()
        .describe('The highest acceptable increase over the live revision, in share points.'),
    })
    .optional()
    .describe('Bounds on the share of requests that the revision failed.'),
  p95: z
    .strictObject({
      max: duration.optional().describe('The highest acceptable 95th percentile of the answer time.'),
      maxRatio: z
        .number()
        .positive()
        .max(1000)
        .optional()
        .describe('The highest acceptable ratio to the live revision.'),
    })
    .optional()
    .describe('Bounds on the answer time that 95 of 100 requests stay under.'),
  ...cloudCriteria,
};

/** Judges the new revision on the traffic it gets, against the revision that is live. */
export const analysisStage = z.strictObject({
  kind: z.literal('analysis'),
  ...check,
  environment,
  ...analysisCriteria,
});

export type AnalysisStage = z.output<typeof analysisStage>;
