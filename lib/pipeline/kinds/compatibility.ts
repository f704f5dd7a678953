import { z } from 'zod';
import { check, environment } from './stage-fields.ts';

/** Holds the APIs of the release against every revision of the environment that is live or may come back. */
export const compatibilityStage = z.strictObject({
  kind: z.literal('compatibility'),
  ...check,
  environment,
});

export type CompatibilityStage = z.output<typeof compatibilityStage>;
