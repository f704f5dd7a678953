import { z } from 'zod';
import { json } from '../../pipeline/json.ts';

const weights = z.record(z.string(), z.number().min(0).max(100));

/** What a target is at one moment: who gets the traffic, and which revisions run. */
export const moment = z.strictObject({
  weights,
  running: z.array(z.string()),
  exits: z.int().min(0).describe('How often its revisions had ended by themselves.'),
});
export type Moment = z.output<typeof moment>;

/** What is recorded before anything is moved, so that whoever comes after a crash can put the traffic right. */
export const rehearsalStart = z.strictObject({
  found: weights,
  remembered: json.optional().describe('What the target needs beyond the weights to come back to them.'),
  isFirst: z.boolean().describe('Whether nothing of the pipeline has ever been live in the environment.'),
});
export type RehearsalStart = z.output<typeof rehearsalStart>;

const tally = z.strictObject({
  requests: z.int().min(0),
  failed: z.int().min(0),
  firstFailure: z.string().nullable(),
});
/** Requests that have ended. What failed is counted, and the first one is told. */
export type Tally = z.output<typeof tally>;

/** The tally of no request. */
export function emptyTally(): Tally {
  return { requests: 0, failed: 0, firstFailure: null };
}

const move = z.strictObject({ milliseconds: z.number().min(0), now: moment });

/** What a rehearsal saw. */
export const rehearsalEvidence = z.discriminatedUnion('rehearsed', [
  z.strictObject({
    rehearsed: z.literal(false),
    isFirst: z.boolean(),
    problem: z.string().describe('Why nothing was moved.'),
  }),
  z.strictObject({
    rehearsed: z.literal(true),
    before: weights.describe('The weights that the undo of this deployment would restore.'),
    found: moment,
    back: move,
    forward: move,
    rollForwardMilliseconds: z
      .number()
      .min(0)
      .nullable()
      .describe('What the changes of this deployment took in this environment, as its history says.'),
    load: z.strictObject({
      path: z.string(),
      found: tally,
      back: tally,
      forward: tally,
    }),
  }),
]);
export type RehearsalEvidence = z.output<typeof rehearsalEvidence>;
export type Rehearsed = Extract<RehearsalEvidence, { readonly rehearsed: true }>;
