import { z } from 'zod';

/**
 * Names become states of the machine, states in the Amazon States Language, keys in events and folders on disk,
 * so they are plain: lower case, digits and hyphens, a letter first, at most 50 characters.
 */
export const name = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,49}$/,
    'expected a name of lower-case letters, digits and hyphens, a letter first, at most 50 long',
  );

export type Name = string;

/** States that every machine has. A stage cannot take their names. */
const RESERVED: ReadonlySet<string> = new Set(['requested', 'succeeded', 'failed', 'stuck']);

/** The name of a stage or of a parallel group. */
export const stageName = name.refine(
  (written) => !RESERVED.has(written),
  'expected another name: requested, succeeded, failed and stuck are states that every deployment has',
);
