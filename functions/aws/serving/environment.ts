import { z } from 'zod';
import { NoneventError } from '../../../lib/nonevent-error.ts';

const text = z.string().min(1);

/** The ids of AppConfig, as JSON. */
const flagPlaces = z
  .string()
  .transform((written, { addIssue }) => {
    try {
      return JSON.parse(written) as unknown;
    } catch {
      addIssue({ code: 'custom', message: 'expected JSON', input: undefined });
      return z.NEVER;
    }
  })
  .pipe(
    z.object({
      strategy: text,
      places: z.record(text, z.object({ application: text, environment: text, profile: text })),
    }),
  );

/** What CDK tells every function of the system it belongs to. lib/infra/deployment-system.ts writes it. */
const environment = z.object({
  AWS_REGION: text,
  NONEVENT_ACCOUNT: z.string().regex(/^\d{12}$/, 'expected an account of 12 digits'),
  NONEVENT_TABLE: text,
  NONEVENT_ARTIFACTS: text,
  NONEVENT_BUS: text,
  NONEVENT_SEALS: text,
  NONEVENT_SIGNING_KEY: text,
  NONEVENT_FLAGS: flagPlaces,
  NONEVENT_DEFINITIONS: text.describe('The folder of the layer with the installed pipelines.'),
  NONEVENT_STATE_MACHINES: text
    .regex(
      /^arn:[^:]+:states:[^:]+:\d{12}:stateMachine:/,
      'expected the beginning of an ARN of a state machine',
    )
    .describe('What comes before a pipeline in the ARN of its state machine.'),
});

export type Environment = Readonly<z.output<typeof environment>>;

/**
 * Reads the variables of a function. Read when the function starts, so that one that is set up wrongly never begins anything.
 *
 * Errors: `InvalidInput`, which names every variable that is missing or wrong, and none of their values.
 */
export function readEnvironment(
  variables: Readonly<Record<string, string | undefined>> = process.env,
): Environment {
  const read = environment.safeParse(variables);
  if (read.success) return read.data;
  const names = [...new Set(read.error.issues.map((issue) => issue.path.join('.')))];
  throw new NoneventError(
    'InvalidInput',
    `the function's environment is not complete: ${names.join(', ')} missing or not of its form`,
    { hint: 'deploy the stack again with `cdk deploy`; it sets every variable' },
  );
}
