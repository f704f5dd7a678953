import { z } from 'zod';

const variableName = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_]*$/,
    'expected the name of an environment variable: letters, digits and _, no digit first',
  );

/** Environment variables of a command. Values are data: they are never part of the command text. */
export const variables = z
  .record(variableName, z.string())
  .default({})
  .describe(
    'Environment variables for the command. Values are data: they are never part of the command text.',
  );

/**
 * Environment variables of a command whose values nobody may read. Left out rather than empty where there are none, so that
 * definitions from before this field are the same as ever.
 */
export const secrets = z
  .array(
    variableName
      .max(200)
      .refine(
        (written) => !written.startsWith('NONEVENT_'),
        'expected another name: those that begin with NONEVENT_ are set by Nonevent',
      ),
  )
  .min(1)
  .max(50)
  .refine((names) => new Set(names).size === names.length, 'expected every name once')
  .optional()
  .describe(
    'Names of environment variables whose values come from the environment of the system that runs this. They are recorded nowhere and masked in logs and evidence.',
  );
