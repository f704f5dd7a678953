import { z } from 'zod';
import { check } from './common.ts';

/** Runs a command in a clean copy of the release's source; passes when it exits with 0. */
export const commandStage = z.strictObject({
  kind: z.literal('command'),
  ...check,
  run: z.string().min(1).max(10_000).describe('The command, given to `sh -c`.'),
  env: z
    .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string())
    .default({})
    .describe(
      'Environment variables for the command. Values are data: they are never part of the command text.',
    ),
  artifact: z
    .string()
    .regex(/^(?!\/)(?!.*(^|\/)\.\.(\/|$)).+$/, 'expected a path inside the source, without ..')
    .optional()
    .describe(
      'A folder of the copy that becomes the artifact of the stages after this one, such as `.` or `dist`.',
    ),
});

export type CommandStage = z.output<typeof commandStage>;
