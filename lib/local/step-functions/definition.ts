import { z } from 'zod';
import { messageOf } from '../../nonevent-error.ts';
import { AwsError } from '../aws-error.ts';
import { definitionProblems } from './definition-problems.ts';

export const INVOKE = 'arn:aws:states:::lambda:invoke';
export const INVOKE_AND_WAIT = `${INVOKE}.waitForTaskToken`;

const path = z.string().regex(/^\$/, 'expected a path that begins with $').nullable();
const stateName = z.string().min(1).max(80);
const errors = z.array(z.string()).min(1);
const seconds = z.int().min(1).max(99_999_999);
const language = z.literal('JSONPath').optional();

const retrier = z.strictObject({
  Comment: z.string().optional(),
  ErrorEquals: errors,
  IntervalSeconds: seconds.optional(),
  MaxAttempts: z.int().min(0).max(99_999_999).optional(),
  BackoffRate: z.number().min(1).optional(),
  MaxDelaySeconds: seconds.optional(),
  JitterStrategy: z.enum(['FULL', 'NONE']).optional(),
});
const catcher = z.strictObject({
  Comment: z.string().optional(),
  ErrorEquals: errors,
  ResultPath: path.optional(),
  Next: stateName,
});

const input = { Comment: z.string().optional(), QueryLanguage: language, InputPath: path.optional() };
const output = { OutputPath: path.optional() };
const onward = { Next: stateName.optional(), End: z.literal(true).optional() };
const worker = {
  ...input,
  ...output,
  ...onward,
  ResultSelector: z.record(z.string(), z.json()).optional(),
  ResultPath: path.optional(),
  Retry: z.array(retrier).optional(),
  Catch: z.array(catcher).optional(),
};

const task = z.strictObject({
  Type: z.literal('Task'),
  ...worker,
  Resource: z.enum([INVOKE, INVOKE_AND_WAIT]),
  Parameters: z
    .looseObject({ FunctionName: z.string().min(1), Payload: z.json().optional() })
    .describe('What the Lambda integration takes.'),
  TimeoutSeconds: seconds.optional(),
  HeartbeatSeconds: seconds.optional(),
});
const pass = z.strictObject({
  Type: z.literal('Pass'),
  ...input,
  ...output,
  ...onward,
  Parameters: z.json().optional(),
  Result: z.json().optional(),
  ResultPath: path.optional(),
});
const wait = z.strictObject({
  Type: z.literal('Wait'),
  ...input,
  ...output,
  ...onward,
  Seconds: z.number().min(0).max(99_999_999).optional(),
  SecondsPath: z.string().optional(),
  Timestamp: z.iso.datetime({ offset: true }).optional(),
  TimestampPath: z.string().optional(),
});
const choice = z.strictObject({
  Type: z.literal('Choice'),
  ...input,
  ...output,
  Choices: z.array(z.looseObject({ Next: stateName })).min(1),
  Default: stateName.optional(),
});
const succeed = z.strictObject({ Type: z.literal('Succeed'), ...input, ...output });
const fail = z.strictObject({
  Type: z.literal('Fail'),
  Comment: z.string().optional(),
  QueryLanguage: language,
  Error: z.string().optional(),
  ErrorPath: z.string().optional(),
  Cause: z.string().optional(),
  CausePath: z.string().optional(),
});
const parallelFields = z.strictObject({
  Type: z.literal('Parallel'),
  ...worker,
  Parameters: z.json().optional(),
});

export type TaskState = z.output<typeof task>;
type ParallelState = z.output<typeof parallelFields> & { readonly Branches: readonly Branch[] };
type SimpleState = z.output<typeof pass | typeof wait | typeof choice | typeof succeed | typeof fail>;
export type State = TaskState | ParallelState | SimpleState;
export type Branch = { readonly StartAt: string; readonly States: Readonly<Record<string, State>> };
export type Definition = Branch & { readonly TimeoutSeconds?: number | undefined };

const states: z.ZodType<Branch['States']> = z.lazy(() => z.record(stateName, state));
const branch: z.ZodType<Branch> = z.strictObject({
  Comment: z.string().optional(),
  StartAt: stateName,
  States: states,
});
const parallel = parallelFields.extend({ Branches: z.array(branch).min(1) });
const state: z.ZodType<State> = z.discriminatedUnion('Type', [
  task,
  parallel,
  choice,
  wait,
  pass,
  succeed,
  fail,
]);

/** The part of the States Language that is run here. What is not described here would be ignored, so it is refused. */
const definition: z.ZodType<Definition> = z.strictObject({
  Comment: z.string().optional(),
  Version: z.literal('1.0').optional(),
  QueryLanguage: language,
  StartAt: stateName,
  TimeoutSeconds: seconds.optional(),
  States: states,
});

/**
 * Reads a definition, and refuses one that cannot run, or that would run differently here than in AWS.
 *
 * Error: `InvalidDefinition`.
 */
export function parseDefinition(text: string): Definition {
  const parsed = definition.safeParse(parseJson(text));
  if (!parsed.success) throw invalid([messageOf(z.prettifyError(parsed.error))]);
  const problems = definitionProblems(parsed.data);
  if (problems.length > 0) throw invalid(problems);
  return parsed.data;
}

/** All states by name, those inside parallel branches too. Names are unique in the whole document. */
export function statesOf({ States }: Branch): readonly (readonly [name: string, state: State])[] {
  return Object.entries(States).flatMap(([name, found]) => [
    [name, found] as const,
    ...(found.Type === 'Parallel' ? found.Branches.flatMap(statesOf) : []),
  ]);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid(['it is not JSON']);
  }
}

const PROBLEM_CHARACTERS = 2000;

function invalid(problems: readonly string[]): AwsError {
  return new AwsError(
    'InvalidDefinition',
    `Invalid State Machine Definition: ${problems.join('; ').slice(0, PROBLEM_CHARACTERS)}`,
  );
}
