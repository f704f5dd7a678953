import { type Branch, type Definition, INVOKE_AND_WAIT, type State, statesOf } from './definition.ts';

/** What is wrong with a definition beyond its form: where states lead, and what they take from the context object. */
export function definitionProblems(definition: Definition): readonly string[] {
  const names = statesOf(definition).map(([name]) => name);
  const repeated = names.filter((name, index) => names.indexOf(name) < index);
  return [...repeated.map((name) => `state ${name} exists twice`), ...branchProblems(definition, false)];
}

function branchProblems({ StartAt, States }: Branch, isNested: boolean): readonly string[] {
  const missing = (where: string, target: string): readonly string[] =>
    Object.hasOwn(States, target) ? [] : [`${where} leads to ${target}, which does not exist`];
  return [
    ...missing('StartAt', StartAt),
    ...Object.entries(States).flatMap(([name, state]) => [
      ...targetsOf(state).flatMap((target) => missing(`state ${name}`, target)),
      ...onwardProblems(name, state),
      ...waitProblems(name, state),
      ...contextProblems(name, state, isNested),
      ...(state.Type === 'Parallel' ? state.Branches.flatMap((branch) => branchProblems(branch, true)) : []),
    ]),
    ...unreachable({ StartAt, States }).map((name) => `state ${name} is never reached`),
  ];
}

function targetsOf(state: State): readonly string[] {
  const next = 'Next' in state && state.Next !== undefined ? [state.Next] : [];
  switch (state.Type) {
    case 'Task':
    case 'Parallel':
      return [...next, ...(state.Catch ?? []).map((catcher) => catcher.Next)];
    case 'Choice':
      return [
        ...state.Choices.map((rule) => rule.Next),
        ...(state.Default === undefined ? [] : [state.Default]),
      ];
    case 'Pass':
    case 'Wait':
    case 'Succeed':
    case 'Fail':
      return next;
    default:
      return state satisfies never;
  }
}

function onwardProblems(name: string, state: State): readonly string[] {
  if (state.Type === 'Choice' || state.Type === 'Succeed' || state.Type === 'Fail') return [];
  return (state.Next === undefined) === (state.End === undefined)
    ? [`state ${name} needs either Next or End`]
    : [];
}

function waitProblems(name: string, state: State): readonly string[] {
  if (state.Type !== 'Wait') return [];
  const given = [state.Seconds, state.SecondsPath, state.Timestamp, state.TimestampPath].filter(
    (how) => how !== undefined,
  );
  return given.length === 1
    ? []
    : [`state ${name} needs exactly one of Seconds, SecondsPath, Timestamp, TimestampPath`];
}

const CONTEXT_PATHS = /\$\$(?:\.[A-Za-z]+){0,2}/g;
const CONTEXT: ReadonlySet<string> = new Set([
  '$$.Execution.Id',
  '$$.Execution.Name',
  '$$.Execution.Input',
  '$$.Execution.StartTime',
  '$$.StateMachine.Id',
  '$$.StateMachine.Name',
]);

function contextProblems(name: string, state: State, isNested: boolean): readonly string[] {
  const own = state.Type === 'Parallel' ? { ...state, Branches: [] } : state;
  return (JSON.stringify(own).match(CONTEXT_PATHS) ?? [])
    .filter((path) => {
      if (path === '$$.Task.Token') return state.Type !== 'Task' || state.Resource !== INVOKE_AND_WAIT;
      // Inside a branch the interpreter gives the branch's input, where AWS gives the execution's.
      return !CONTEXT.has(path) || (isNested && path === '$$.Execution.Input');
    })
    .map((path) => `state ${name} uses ${path}, which is not known here`);
}

function unreachable({ StartAt, States }: Branch): readonly string[] {
  const reached = new Set<string>();
  const open = [StartAt];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const state = States[name];
    if (state === undefined || reached.has(name)) continue;
    reached.add(name);
    open.push(...targetsOf(state));
  }
  return Object.keys(States).filter((name) => !reached.has(name));
}
