import { z } from 'zod';
import { isOrdinaryName, ORDINARY_NAME } from './ordinary-name.ts';

/**
 * Names become states of the machine, states in the Amazon States Language, keys in events and folders on disk,
 * so they are plain: lower case, digits and hyphens, a letter first, at most 50 characters.
 */
export const name = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,49}$/,
    'expected a name of lower-case letters, digits and hyphens, a letter first, at most 50 long',
  )
  .refine(isOrdinaryName, ORDINARY_NAME)
  .meta({ title: 'Name' });

/** States that every machine has, and words that its own events begin with. A stage cannot take them as its name. */
const RESERVED: readonly string[] = [
  'requested',
  'succeeded',
  'failed',
  'stuck',
  'passed',
  'deployment',
  'rollback',
];

/** The name of a stage or of a parallel group. */
export const stageName = name.refine(
  (written) => !RESERVED.includes(written),
  `expected another name: ${RESERVED.join(', ')} have a meaning in every deployment`,
);
