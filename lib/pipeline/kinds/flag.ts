import { z } from 'zod';
import { flagName, flagValue } from '../flag-value.ts';
import { change, environment } from './stage-fields.ts';

/** Sets a feature flag of an environment. What is deployed and what is active are two things. */
export const flagStage = z.strictObject({
  kind: z.literal('flag'),
  ...change,
  environment,
  flag: flagName.describe('The name of the flag, as the services read it.'),
  value: flagValue.describe('The value that it gets: true or false, a number, or text.'),
});

export type FlagStage = z.output<typeof flagStage>;
