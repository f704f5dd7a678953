import { z } from 'zod';
import { duration } from '../duration.ts';
import { name, stageName } from '../names.ts';

/** What a single line of text in a pipeline file may hold: no control characters, at most 300 characters. */
export const line = z
  .string()
  .min(1)
  .max(300)
  .regex(/^[^\p{Cc}\p{Bidi_Control}]+$/u, 'expected one line of text without control characters');

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

/** Where a command runs. Left out rather than empty on one machine, so that definitions from before this field are as ever. */
export const project = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9_-]{1,149}$/,
    'expected the name of a CodeBuild project: 2 to 150 letters, digits, - and _',
  )
  .optional()
  .describe('The CodeBuild project that runs it; left out on one machine, where it is a process.');

/** A share between 0 and 1: `1%` or `0.01` in a file, a number once parsed. */
export const share = z
  .union([
    z.number().min(0).max(1),
    z.string().regex(/^\d+(\.\d+)?%$/, 'expected a share such as 1% or 0.01'),
  ])
  .transform((written) => (typeof written === 'number' ? written : Number(written.slice(0, -1)) / 100))
  .refine((value) => value <= 1, 'expected a share of at most 100%')
  .meta({ title: 'Share' });
