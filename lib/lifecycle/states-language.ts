import type { AnyStateNode } from 'xstate';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { REQUESTED } from './leaves.ts';
import { compileMachine, PASSED } from './machine.ts';
import type { Outcome } from './view.ts';
import type { LeafMeta, Work } from './work.ts';

/** A document in the Amazon States Language (https://states-language.net/spec.html), JSONPath flavour. */
export type StatesLanguage = {
  readonly Comment: string;
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
};
type State = Readonly<Record<string, unknown>> & { readonly Type: string };

/** The functions that a document invokes: names or ARNs, or substitution placeholders such as `${stage}`. */
export type FunctionNames = Readonly<Record<Work['function'], string>>;

/** Placeholders that CloudFormation's definition substitutions fill in. */
export const FUNCTION_PLACEHOLDERS: FunctionNames = { stage: '${stage}', undo: '${undo}', conclude: '${conclude}' };

/**
 * Compiles a pipeline to the document that Step Functions runs, by walking the machine: one `Task` per leaf that works,
 * `Next` from `passed` or `undone`, `Catch` from `failed`, so that machine and document cannot disagree. State names are equal in both.
 *
 * The input of an execution is `{deployment, entry: 'forward' | 'rollback', failure: null}`.
 */
export function compileStatesLanguage(pipeline: Pipeline, functions: FunctionNames = FUNCTION_PLACEHOLDERS): StatesLanguage {
  const root = compileMachine(pipeline).root;
  const requested = root.states[REQUESTED];
  if (requested === undefined) throw new Error('the machine has no state requested');
  return {
    Comment: `nonevent pipeline ${pipeline.pipeline}`,
    StartAt: 'enter',
    States: {
      enter: {
        Type: 'Choice',
        Choices: [{ Variable: '$.entry', StringEquals: 'rollback', Next: targetOf(requested, 'rollback.started') }],
        Default: targetOf(requested, 'deployment.started'),
      },
      ...Object.fromEntries(
        Object.values(root.states)
          .filter((node) => node !== requested)
          .flatMap((node) => statesOf(node, functions)),
      ),
    },
  };
}

type Named = readonly [name: string, state: State];

function statesOf(node: AnyStateNode, functions: FunctionNames): readonly Named[] {
  if (node.type === 'parallel') return [[node.key, parallelStateOf(node, functions)]];
  if (node.type === 'final') return [[node.key, endStateOf(node.key as Outcome)]];
  const { work } = node.meta as LeafMeta;
  switch (work.function) {
    case 'stage':
      return stageStates(node, work, functions, {
        Catch: [
          catcher(['StageRefused'], targetOf(node, `${work.stage}.refused`)),
          catcher(['States.ALL'], targetOf(node, `${work.stage}.failed`)),
        ],
        Next: targetOf(node, `${work.stage}.passed`),
      });
    case 'undo':
      return [
        [
          node.key,
          {
            ...task(work, functions),
            Catch: [catcher(['States.ALL'], targetOf(node, `${work.stage}.undoFailed`))],
            Next: targetOf(node, `${work.stage}.undone`),
          },
        ],
      ];
    case 'conclude':
      return [[node.key, { ...task(work, functions), ...CONCLUSION, Next: targetOf(node, `deployment.${work.outcome}`) }]];
    default:
      return work satisfies never;
  }
}

/** A leaf that polls is `Task -> Choice -> Wait -> Task`; any other is one `Task`. */
function stageStates(
  node: AnyStateNode,
  work: Extract<Work, { function: 'stage' | 'undo' }>,
  functions: FunctionNames,
  onward: { readonly Catch?: readonly object[]; readonly Next?: string },
): readonly Named[] {
  const name = work.stage;
  const end = onward.Next === undefined ? { End: true } : { Next: onward.Next };
  const caught = onward.Catch === undefined ? {} : { Catch: onward.Catch };
  if (work.pollSeconds === undefined) return [[node.key, { ...task(work, functions), ...caught, ...end }]];
  const decide = `${name} again?`;
  const wait = `${name} wait`;
  const done = `${name} done`;
  return [
    [
      node.key,
      { ...task(work, functions), ...POLL_RESULT, ...caught, Next: decide },
    ],
    [
      decide,
      {
        Type: 'Choice',
        Choices: [{ Variable: '$.poll.continue', BooleanEquals: true, Next: wait }],
        Default: onward.Next ?? done,
      },
    ],
    [wait, { Type: 'Wait', Seconds: work.pollSeconds, Next: node.key }],
    ...(onward.Next === undefined ? [[done, { Type: 'Pass', End: true }] as const] : []),
  ];
}

/** The handler that concludes answers with the diagnosis, which becomes the cause of an execution that failed. */
const CONCLUSION = { ResultSelector: { 'diagnosis.$': '$.Payload.diagnosis' }, ResultPath: '$.conclusion' } as const;

/** A handler that wants to be asked again answers `{continue: true}`. */
const POLL_RESULT = { ResultSelector: { 'continue.$': '$.Payload.continue' }, ResultPath: '$.poll' } as const;

function parallelStateOf(node: AnyStateNode, functions: FunctionNames): State {
  const leaves = Object.values(node.states).map((region) => {
    const leaf = Object.values(region.states).find((state) => state.key !== PASSED);
    if (leaf === undefined) throw new Error(`region ${region.key} of ${node.key} has no check`);
    return leaf;
  });
  const first = leaves[0];
  if (first === undefined) throw new Error(`parallel group ${node.key} is empty`);
  return {
    Type: 'Parallel',
    Branches: leaves.map((leaf) => ({
      StartAt: leaf.key,
      States: Object.fromEntries(stageStates(leaf, (leaf.meta as LeafMeta).work as StageWork, functions, {})),
    })),
    ResultPath: null,
    Catch: [catcher(['States.ALL'], targetOf(first, `${first.key}.failed`))],
    Next: doneTargetOf(node),
  };
}

type StageWork = Extract<Work, { function: 'stage' | 'undo' }>;

function task(work: Work, functions: FunctionNames): State {
  return {
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke',
    Parameters: {
      FunctionName: functions[work.function],
      Payload: {
        'deployment.$': '$.deployment',
        'failure.$': '$.failure',
        ...(work.function === 'conclude' ? { outcome: work.outcome } : { stage: work.stage }),
      },
    },
    ResultPath: null,
    TimeoutSeconds: work.timeoutSeconds,
    Retry: retriers(work),
  };
}

/**
 * An attempt that the history counts as failed is repeated as often as the history allows, which ends it by throwing something else.
 * Failures of the invocation itself are repeated as the Lambda service recommends
 * (https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html).
 */
function retriers(work: Work): readonly object[] {
  if (work.function === 'conclude') return [{ ...BACK_OFF, ErrorEquals: ['States.ALL'], MaxAttempts: work.attempts }];
  const attempts = work.attempts === 0 ? [] : [{ ...BACK_OFF, ErrorEquals: ['AttemptFailed'], MaxAttempts: work.attempts }];
  return [...attempts, { ...BACK_OFF, ErrorEquals: INVOCATION_FAILURES, MaxAttempts: 6 }];
}

const BACK_OFF = { IntervalSeconds: 1, BackoffRate: 2, MaxDelaySeconds: 30, JitterStrategy: 'FULL' } as const;

const INVOCATION_FAILURES = [
  'StoreUnavailable',
  'Lambda.ClientExecutionTimeoutException',
  'Lambda.Unknown',
  'Runtime.ExitError',
  'Sandbox.Timedout',
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.TooManyRequestsException',
] as const;

function catcher(errors: readonly string[], next: string): object {
  return { ErrorEquals: errors, ResultPath: '$.failure', Next: next };
}

/** The console tells the truth: only a deployment that succeeded is an execution that succeeded. */
function endStateOf(outcome: Outcome): State {
  switch (outcome) {
    case 'succeeded':
      return { Type: 'Succeed' };
    case 'failed':
    case 'rolledBack':
    case 'stuck':
      return { Type: 'Fail', Error: outcome, CausePath: '$.conclusion.diagnosis' };
    default:
      return outcome satisfies never;
  }
}

function targetOf(node: AnyStateNode, event: string): string {
  const target = node.on[event as never] as readonly { target?: readonly AnyStateNode[] }[] | undefined;
  const key = target?.[0]?.target?.[0]?.key;
  if (key === undefined) throw new Error(`state ${node.key} does not take ${event}`);
  return key;
}

function doneTargetOf(node: AnyStateNode): string {
  const onDone = Object.entries(node.on).find(([event]) => event.startsWith('xstate.done.state'));
  const key = (onDone?.[1] as readonly { target?: readonly AnyStateNode[] }[] | undefined)?.[0]?.target?.[0]?.key;
  if (key === undefined) throw new Error(`parallel group ${node.key} leads nowhere`);
  return key;
}
