import { z } from 'zod';
import { duration } from '../duration.ts';
import { secrets, variables } from '../variables.ts';

/** Runs a release as a process on this machine, behind a router on a port of its own. */
export const processTarget = z
  .strictObject({
    kind: z.literal('process'),
    start: z
      .string()
      .min(1)
      .max(10_000)
      .describe(
        'The command that starts the service, given to `sh -c`. It must listen on 127.0.0.1 at the port in $PORT.',
      ),
    health: z
      .string()
      .regex(/^\/\S*$/, 'expected a path such as /health')
      .default('/')
      .describe('The path that answers with a status below 400 when the service is ready.'),
    port: z
      .int()
      .min(1)
      .max(65_535)
      .describe('The port that users connect to; a router in front of the revisions listens there.'),
    drain: duration
      .refine(
        (seconds) => seconds <= 45,
        'expected at most 45s: an undo waits that long, and users wait for the undo',
      )
      .default(5)
      .describe('How long open requests may finish after a revision lost its traffic; at most 45s.'),
    env: variables,
    secrets,
  })
  .describe('A process on this machine, behind a router on a port of its own.');

export type ProcessTarget = z.output<typeof processTarget>;
