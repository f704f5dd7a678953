import { z } from 'zod';
import { secrets, variables } from '../variables.ts';
import { project } from './project.ts';
import { change, environment } from './stage-fields.ts';

/** A change of your own: a command, and the command that undoes it. Both must be harmless when run twice. */
export const customStage = z.strictObject({
  kind: z.literal('custom'),
  ...change,
  environment: environment.optional(),
  run: z.string().min(1).max(10_000).describe('The command that makes the change, given to `sh -c`.'),
  undo: z.string().min(1).max(10_000).describe('The command that takes it back.'),
  capture: z
    .string()
    .min(1)
    .max(10_000)
    .optional()
    .describe('A command run before the change; its output reaches `undo` as NONEVENT_CAPTURE.'),
  env: variables,
  secrets,
  project,
});

export type CustomStage = z.output<typeof customStage>;
