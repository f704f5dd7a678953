import { z } from 'zod';
import { isOrdinaryName, ORDINARY_NAME } from './ordinary-name.ts';

/** The name of a feature flag. Services use it as a key, so it may be written as they write theirs. */
export const flagName = z
  .string()
  .regex(
    /^[A-Za-z][A-Za-z0-9_-]{0,99}$/,
    'expected letters, digits, hyphens and underscores, a letter first, at most 100 long',
  )
  .refine(isOrdinaryName, ORDINARY_NAME)
  .meta({ title: 'Flag' });

/** What a feature flag can be. */
export const flagValue = z
  .union([z.boolean(), z.number(), z.string().max(1000)])
  .meta({ title: 'True or false, a number, or text' });

export type FlagValue = z.output<typeof flagValue>;
