import { z } from 'zod';

/** Environment variables of a command. Values are data: they are never part of the command text. */
export const variables = z
  .record(
    z
      .string()
      .regex(
        /^[A-Za-z_][A-Za-z0-9_]*$/,
        'expected the name of an environment variable: letters, digits and _, no digit first',
      ),
    z.string(),
  )
  .default({})
  .describe(
    'Environment variables for the command. Values are data: they are never part of the command text.',
  );
