import { z } from 'zod';
import { duration } from '../duration.ts';
import { name, stageName } from '../names.ts';
import { line } from './line.ts';

const common = {
  name: stageName.describe('What the stage is called in the history, on the page and in commands.'),
  question: line.describe('The question this stage answers, in words.'),
  expect: duration.describe('How long the stage is expected to take; checks are ordered by it.'),
  timeout: duration.describe('After this time the stage fails with timedOut.'),
  retries: z
    .int()
    .min(0)
    .max(5)
    .default(2)
    .describe('How often an attempt that errored or was lost is repeated, with back-off and jitter.'),
};

/** How much a check's verdict counts. */
export const mode = z
  .enum(['shadow', 'advisory', 'enforcing'])
  .default('enforcing')
  .describe('Only an enforcing check stops a deployment; the others record their verdict and let it pass.');

/** Fields that every check has. */
export const check = { ...common, mode };

/** Fields that every change has. */
export const change = { ...common };

/** The environment a stage works in. */
export const environment = name.describe('The environment; may be left out where the pipeline has only one.');
