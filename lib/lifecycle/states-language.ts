import type { AnyStateNode } from 'xstate';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { PASSED, REQUESTED } from './leaves.ts';
import { compileMachine } from './machine.ts';
import {
  catcher,
  concludeTask,
  type FunctionNames,
  POLL_RESULT,
  type State,
  task,
} from './states-language-task.ts';
import type { Outcome } from './view.ts';
import type { LeafMeta, StageWork } from './work.ts';

export type { FunctionNames } from './states-language-task.ts';

/** A document in the Amazon States Language (https://states-language.net/spec.html), JSONPath flavour. */
export type StatesLanguage = {
  readonly Comment: string;
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
};

/** Placeholders that CloudFormation's definition substitutions fill in. */
export const FUNCTION_PLACEHOLDERS: FunctionNames = {
  stage: placeholder('stage'),
  undo: placeholder('undo'),
  enter: placeholder('enter'),
  conclude: placeholder('conclude'),
};

function placeholder(name: string): string {
  return `\${${name}}`;
}

/**
 * Compiles a pipeline to the document that Step Functions runs, by walking the machine: one `Task` per leaf that works,
 * `Next` from `passed` or `undone`, `Catch` from `failed`, so that machine and document cannot disagree. State names are
 * equal in both; a name that only the document has contains a space, which no stage's name does.
 *
 * The input of an execution is `{deployment, entry: 'forward' | 'rollback', failure: null}`.
 */
export function compileStatesLanguage(
  pipeline: Pipeline,
  functions: FunctionNames = FUNCTION_PLACEHOLDERS,
): StatesLanguage {
  const { root } = compileMachine(pipeline);
  return {
    Comment: `nonevent pipeline ${pipeline.pipeline}`,
    StartAt: REQUESTED,
    States: Object.fromEntries(Object.values(root.states).flatMap((node) => statesOf(node, functions))),
  };
}

type Named = readonly [name: string, state: State];

function statesOf(node: AnyStateNode, functions: FunctionNames): readonly Named[] {
  if (node.key === REQUESTED) return [[node.key, entryStateOf(node)]];
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
    case 'undo': {
      const Catch = [catcher(['States.ALL'], targetOf(node, `${work.stage}.undoFailed`))];
      return [[node.key, { ...task(work, functions), Catch, Next: targetOf(node, `${work.stage}.undone`) }]];
    }
    case 'enter': {
      const Catch = [catcher(['States.ALL'], targetOf(node, 'rollback.refused'))];
      return [[node.key, { ...task(work, functions), Catch, Next: targetOf(node, 'rollback.admitted') }]];
    }
    case 'conclude':
      return [
        [node.key, { ...concludeTask(work, functions), Next: targetOf(node, `deployment.${work.outcome}`) }],
      ];
    default:
      return work satisfies never;
  }
}

/** A pipeline without changes has nothing to roll back, so there is nothing to choose. */
function entryStateOf(node: AnyStateNode): State {
  const forward = targetOf(node, 'deployment.started');
  if (node.on['rollback.started' as never] === undefined) return { Type: 'Pass', Next: forward };
  const rollback = {
    Variable: '$.entry',
    StringEquals: 'rollback',
    Next: targetOf(node, 'rollback.started'),
  };
  return { Type: 'Choice', Choices: [rollback], Default: forward };
}

/** Where a stage's state goes on. A stage in a branch of a `Parallel` has neither: it ends, and the `Parallel` catches. */
type Onward = { readonly Catch?: readonly object[]; readonly Next?: string };

/** A leaf that polls is `Task -> Choice -> Wait -> Task`; any other is one `Task`. */
function stageStates(
  node: AnyStateNode,
  work: StageWork,
  functions: FunctionNames,
  { Next, Catch }: Onward,
): readonly Named[] {
  const once = { ...task(work, functions), ...(Catch === undefined ? {} : { Catch }) };
  if (work.pollSeconds === undefined)
    return [[node.key, { ...once, ...(Next === undefined ? { End: true } : { Next }) }]];
  const decide = `${work.stage} again?`;
  const wait = `${work.stage} wait`;
  const done = `${work.stage} done`;
  const again = { Variable: '$.poll.continue', BooleanEquals: true, Next: wait };
  return [
    [node.key, { ...once, ...POLL_RESULT, Next: decide }],
    [decide, { Type: 'Choice', Choices: [again], Default: Next ?? done }],
    [wait, { Type: 'Wait', Seconds: work.pollSeconds, Next: node.key }],
    ...(Next === undefined ? [[done, { Type: 'Pass', End: true }] as const] : []),
  ];
}

function parallelStateOf(node: AnyStateNode, functions: FunctionNames): State {
  const checks = Object.values(node.states).map((region) => {
    const leaf = Object.values(region.states).find((state) => state.key !== PASSED);
    if (leaf === undefined) throw new Error(`region ${region.key} of ${node.key} has no check`);
    return { leaf, work: (leaf.meta as LeafMeta).work as StageWork };
  });
  const first = checks[0];
  if (first === undefined) throw new Error(`parallel group ${node.key} is empty`);
  return {
    Type: 'Parallel',
    Branches: checks.map(({ leaf, work }) => ({
      StartAt: leaf.key,
      States: Object.fromEntries(stageStates(leaf, work, functions, {})),
    })),
    ResultPath: null,
    Catch: [catcher(['States.ALL'], targetOf(first.leaf, `${first.work.stage}.failed`))],
    Next: doneTargetOf(node),
  };
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

type Transitions = readonly { readonly target?: readonly AnyStateNode[] }[];

function targetOf(node: AnyStateNode, event: string): string {
  const transitions = node.on[event as never] as Transitions | undefined;
  const key = transitions?.[0]?.target?.[0]?.key;
  if (key === undefined) throw new Error(`state ${node.key} does not take ${event}`);
  return key;
}

function doneTargetOf(node: AnyStateNode): string {
  const onDone = Object.entries(node.on).find(([event]) => event.startsWith('xstate.done.state'));
  const key = (onDone?.[1] as Transitions | undefined)?.[0]?.target?.[0]?.key;
  if (key === undefined) throw new Error(`parallel group ${node.key} leads nowhere`);
  return key;
}
