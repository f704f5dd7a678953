import { z } from 'zod';
import { secrets, variables } from '../variables.ts';
import { project } from './project.ts';
import { check } from './stage-fields.ts';

/** Runs a command in a clean copy of the release's source; passes when it exits with 0. */
export const commandStage = z.strictObject({
  kind: z.literal('command'),
  ...check,
  run: z.string().min(1).max(10_000).describe('The command, given to `sh -c`.'),
  env: variables,
  secrets,
  project,
  artifact: z
    .string()
    .regex(/^(?!\/)(?!.*(^|\/)\.\.(\/|$)).+$/, 'expected a path inside the source, without ..')
    .optional()
    .describe(
      'A folder of the copy that becomes the artifact of the stages after this one, such as `.` or `dist`.',
    ),
});

export type CommandStage = z.output<typeof commandStage>;
