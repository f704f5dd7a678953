import { StateMachine, type StateMachineDefinition } from 'aws-local-stepfunctions';
import { z } from 'zod';
import { messageOf } from '../../nonevent-error.ts';
import { AwsError } from '../aws-error.ts';

export const INVOKE = 'arn:aws:states:::lambda:invoke';
export const INVOKE_AND_WAIT = `${INVOKE}.waitForTaskToken`;

const retrier = z.looseObject({
  ErrorEquals: z.array(z.string()),
  IntervalSeconds: z.number().optional(),
  MaxDelaySeconds: z.number().optional(),
});
const catcher = z.looseObject({ ErrorEquals: z.array(z.string()) });

export type State = z.output<typeof stateFields> & { readonly Branches?: readonly Definition[] | undefined };
export type Definition = {
  readonly StartAt: string;
  readonly QueryLanguage?: string | undefined;
  readonly TimeoutSeconds?: number | undefined;
  readonly States: Readonly<Record<string, State>>;
};

const stateFields = z.looseObject({
  Type: z.string(),
  QueryLanguage: z.string().optional(),
  Resource: z.string().optional(),
  Parameters: z.unknown().optional(),
  TimeoutSeconds: z.number().optional(),
  HeartbeatSeconds: z.number().optional(),
  Seconds: z.number().optional(),
  Retry: z.array(retrier).optional(),
  Catch: z.array(catcher).optional(),
});
const state: z.ZodType<State> = stateFields.extend({
  Branches: z.lazy(() => z.array(definition)).optional(),
});
const definition: z.ZodType<Definition> = z.looseObject({
  StartAt: z.string(),
  QueryLanguage: z.string().optional(),
  TimeoutSeconds: z.number().optional(),
  States: z.record(z.string(), state),
});

/**
 * Checks a new definition, and refuses what would run differently here than in AWS.
 *
 * Error: `InvalidDefinition`.
 */
export function checkDefinition(text: string): Definition {
  const document = parseJson(text);
  try {
    new StateMachine(document as StateMachineDefinition);
  } catch (thrown) {
    throw invalid(messageOf(thrown));
  }
  // Read anew: the validator writes defaults into what it is given.
  const checked = readDefinition(text);
  const problems = [...languageProblems('the definition', checked), ...problemsOf(checked, false)];
  if (problems.length > 0) throw invalid(problems.join('; '));
  return checked;
}

/** Reads a definition that was checked when it was new. Error: `InvalidDefinition`. */
export function readDefinition(text: string): Definition {
  const parsed = definition.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw invalid(messageOf(z.prettifyError(parsed.error)));
}

/** All states by name, those inside parallel branches too. Names are unique in the whole document. */
export function statesOf({ States }: Definition): readonly (readonly [name: string, state: State])[] {
  return Object.entries(States).flatMap(([name, found]) => [
    [name, found] as const,
    ...(found.Branches ?? []).flatMap(statesOf),
  ]);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid('the definition is not JSON');
  }
}

function invalid(why: string): AwsError {
  return new AwsError('InvalidDefinition', `Invalid State Machine Definition: ${why.slice(0, 2000)}`);
}

const TYPES: ReadonlySet<string> = new Set(['Task', 'Parallel', 'Choice', 'Wait', 'Pass', 'Succeed', 'Fail']);
const FIELDS_NOT_RUN = [
  'TimeoutSecondsPath',
  'HeartbeatSecondsPath',
  'Assign',
  'Arguments',
  'Output',
  'QueryLanguage',
];
const CONTEXT_PATHS = /\$\$\.[A-Za-z.]*/g;
const CONTEXT: ReadonlySet<string> = new Set([
  '$$.Execution.Id',
  '$$.Execution.Name',
  '$$.Execution.Input',
  '$$.Execution.StartTime',
  '$$.StateMachine.Id',
  '$$.StateMachine.Name',
]);

function languageProblems(
  where: string,
  { QueryLanguage = 'JSONPath' }: Definition | State,
): readonly string[] {
  return QueryLanguage === 'JSONPath' ? [] : [`${where}: expected the query language JSONPath`];
}

/** The interpreter ignores what it does not know. What runs differently from AWS is worse than what does not run. */
function problemsOf({ States }: Definition, isBranch: boolean): readonly string[] {
  return Object.entries(States).flatMap(([name, found]) => [
    ...(TYPES.has(found.Type) ? [] : [`state ${name}: type ${found.Type} is not run on one machine`]),
    ...FIELDS_NOT_RUN.filter((field) => field in found).map(
      (field) => `state ${name}: ${field} is not run on one machine`,
    ),
    ...languageProblems(`state ${name}`, found),
    ...(found.Type === 'Task' ? taskProblems(name, found) : []),
    ...contextProblems(name, found, isBranch),
    ...(found.Branches ?? []).flatMap((branch) => problemsOf(branch, true)),
  ]);
}

const taskParameters = z.looseObject({ FunctionName: z.string() });

function taskProblems(name: string, task: State): readonly string[] {
  return [
    ...(task.Resource === INVOKE || task.Resource === INVOKE_AND_WAIT
      ? []
      : [
          `state ${name}: resource ${task.Resource ?? '(none)'} is not run on one machine: expected ${INVOKE} or ${INVOKE_AND_WAIT}`,
        ]),
    ...(taskParameters.safeParse(task.Parameters).success
      ? []
      : [`state ${name}: expected Parameters with a FunctionName`]),
  ];
}

function contextProblems(name: string, found: State, isBranch: boolean): readonly string[] {
  const { Branches: _, ...own } = found;
  const used = JSON.stringify(own).match(CONTEXT_PATHS) ?? [];
  return used
    .filter((path) => {
      if (path === '$$.Task.Token') return found.Resource !== INVOKE_AND_WAIT;
      // Inside a branch the interpreter gives the branch's input, where AWS gives the execution's.
      return !CONTEXT.has(path) || (isBranch && path === '$$.Execution.Input');
    })
    .map((path) => `state ${name}: ${path} is not known here`);
}
