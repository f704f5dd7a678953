import { z } from 'zod';
import { json } from '../pipeline/json.ts';

/** Every way in which an attempt of a stage can fail. Closed: a new one is a new format version. */
export const failureMode = z.enum([
  'rejected', // the criterion is false
  'inconclusive', // not enough evidence
  'errored', // could not evaluate or perform
  'timedOut',
  'lost', // the executor vanished
  'stopped',
  'superseded',
]);
export type FailureMode = z.output<typeof failureMode>;

/** Every automated answer to a failure. There is no `ignore` and no `ask`. */
export const recovery = z.enum([
  'retry', // another attempt, bounded, with back-off and jitter
  'extend', // observe once more for the same time, then as rejected
  'compensate', // undo every begun change, newest first
]);
export type Recovery = z.output<typeof recovery>;

/** What is recorded of a failure: enough to know what happened, why, and what is done about it. */
export const failure = z.strictObject({
  mode: failureMode,
  question: z.string(),
  expected: z.string(),
  observed: z.string(),
  evidence: json.optional(),
  recovery,
  next: z.string().describe('The next safe action for a person who wants to act.'),
});
export type Failure = z.output<typeof failure>;
