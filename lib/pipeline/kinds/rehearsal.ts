import { z } from 'zod';
import { duration } from '../duration.ts';
import { check, environment, mode } from './stage-fields.ts';

/** The longest time that each side is observed. Three of them and the moves fit into one invocation. */
const LONGEST_SIDE_SECONDS = 60;

/** Goes back to what was live before this deployment and forward again, under load, and measures both. */
export const rehearsalStage = z.strictObject({
  kind: z.literal('rehearsal'),
  ...check,
  mode: mode
    .refine(
      (written): boolean => written === 'enforcing',
      'expected enforcing: only a failure puts broken-off traffic right',
    )
    .describe(
      'Always enforcing: where a rehearsal broke off in the middle, the undo lane has to put the traffic right.',
    ),
  environment,
  path: z
    .string()
    .max(2000)
    .regex(/^\/\S*$/, 'expected a path such as /health')
    .default('/')
    .describe('What is asked for, at the address that users see. An answer below 400 counts as served.'),
  requestsPerSecond: z
    .int()
    .min(1)
    .max(200)
    .default(20)
    .describe('How many requests are sent meanwhile. Each opens a connection of its own.'),
  for: duration
    .refine((seconds) => seconds <= LONGEST_SIDE_SECONDS, `expected at most ${LONGEST_SIDE_SECONDS}s`)
    .default(1)
    .describe(
      'How long each side is under load before the traffic moves: forward, back and forward again. At most 60s.',
    ),
  within: duration.describe('The longest acceptable time until the target serves what was live before.'),
  ratio: z
    .number()
    .positive()
    .max(100)
    .default(1)
    .describe(
      'The longest acceptable time of the way back as a share of the roll-forward: what place and shift of this deployment took here.',
    ),
  firstDeployment: z
    .enum(['inconclusive', 'pass'])
    .default('inconclusive')
    .describe(
      'What a rehearsal finds while nothing of the pipeline has ever been live in the environment, so that there is nothing to go back to.',
    ),
});

export type RehearsalStage = z.output<typeof rehearsalStage>;
