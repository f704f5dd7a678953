import { z } from 'zod';
import { TARGETS } from '../environment.ts';
import { name } from '../names.ts';
import { IDENTITY_OF_TARGET } from '../target-kinds/identity.ts';
import { check } from './stage-fields.ts';

/** What a manifest of an environment consists of. What a target is found by always differs, such as its port. */
const PARTS: readonly string[] = [
  ...new Set(
    TARGETS.flatMap(({ shape }) => Object.keys(shape)).filter((part) => !IDENTITY_OF_TARGET.has(part)),
  ),
  'runtime',
  'flags',
  'schemas',
  'live',
];

const manifestPath = z
  .string()
  .max(200)
  .regex(/^[A-Za-z_][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*$/, 'expected a path such as env.LOG_LEVEL')
  .refine(
    (path) => PARTS.includes(path.split('.')[0] ?? ''),
    `expected a path that begins with ${PARTS.slice(0, -1).join(', ')} or ${PARTS.at(-1)}`,
  );

/** Compares what two environments are, so that what was tested in one holds in the other. */
export const parityStage = z.strictObject({
  kind: z.literal('parity'),
  ...check,
  environment: name.describe('The environment that is to be like the other, such as staging.'),
  against: name.describe('The environment that it is held against, such as production.'),
  live: z
    .boolean()
    .default(false)
    .describe('Whether the other pipelines in both have to be live in the same versions.'),
  allow: z
    .array(manifestPath)
    .max(100)
    .default([])
    .describe(
      'What may differ, with all that is below it: `env.LOG_LEVEL`, `drain`, `flags`, `schemas.main`.',
    ),
});

export type ParityStage = z.output<typeof parityStage>;
