import { z } from 'zod';
import { duration } from '../duration.ts';
import { httpStage } from '../kinds/http.ts';
import { environment } from '../kinds/stage-fields.ts';
import { name } from '../names.ts';

/** The longest name that leaves room for what sugar appends, such as `-100-analysis`. */
const LONGEST_NAME = 37;

/** Fields of every stage that expands to others. */
export const sugarFields = {
  name: name
    .refine(
      (written) => written.length <= LONGEST_NAME,
      `expected a name of at most ${LONGEST_NAME} characters here`,
    )
    .describe('The stages it expands to are named after it.'),
  environment: environment.optional(),
  timeout: duration
    .optional()
    .describe(
      'How long the release may take to start and to answer its health check; the time limit of its place stage.',
    ),
};

const { status, within, contains } = httpStage.shape;

/** One question to the new revision before it gets any traffic. */
export const smokeCheck = z
  .strictObject({
    path: z
      .string()
      .max(2000)
      .regex(/^\/\S*$/, 'expected a path such as /health')
      .describe('The path that the new revision is asked.'),
    status,
    within,
    contains,
  })
  .describe('A question to the new revision before it gets any traffic.');

export type SmokeCheck = z.output<typeof smokeCheck>;
