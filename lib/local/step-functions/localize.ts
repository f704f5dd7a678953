import { type Branch, type Definition, INVOKE_AND_WAIT, type State } from './definition.ts';

/** Timers of Node fire at once beyond this many milliseconds: 24 days. */
const SECONDS_AT_MOST = Math.floor((2 ** 31 - 1) / 1000);
const INTERVAL_SECONDS = 1; // the States Language's default between two attempts

/**
 * A definition as the interpreter runs it. It gives a task without a timeout 60 seconds, where AWS gives it for ever;
 * and it does not know that a missed heartbeat is a timeout too. Waits and pauses between attempts last `timeScale` as long.
 */
export function localize(definition: Definition, timeScale: number): Definition {
  return {
    ...localizeBranch(definition, timeScale),
    ...(definition.TimeoutSeconds === undefined
      ? {}
      : { TimeoutSeconds: bounded(definition.TimeoutSeconds) }),
  };
}

function localizeBranch<Some extends Branch>(branch: Some, timeScale: number): Some {
  const states = Object.entries(branch.States).map(([name, state]) => [
    name,
    localizeState(state, timeScale),
  ]);
  return { ...branch, States: Object.fromEntries(states) };
}

function localizeState(state: State, timeScale: number): State {
  switch (state.Type) {
    case 'Task':
      return { ...state, ...matchers(state, timeScale), TimeoutSeconds: bounded(state.TimeoutSeconds) };
    case 'Parallel':
      return {
        ...state,
        ...matchers(state, timeScale),
        Branches: state.Branches.map((branch) => localizeBranch(branch, timeScale)),
      };
    case 'Wait':
      return state.Seconds === undefined ? state : { ...state, Seconds: bounded(state.Seconds * timeScale) };
    case 'Choice':
    case 'Pass':
    case 'Succeed':
    case 'Fail':
      return state;
    default:
      return state satisfies never;
  }
}

type Working = Extract<State, { Type: 'Task' | 'Parallel' }>;

function matchers(state: Working, timeScale: number): Pick<Working, 'Retry' | 'Catch'> {
  const { Retry, Catch } = state;
  return {
    ...(Catch === undefined ? {} : { Catch: Catch.map((catcher) => withHeartbeat(catcher, state)) }),
    ...(Retry === undefined
      ? {}
      : {
          Retry: Retry.map((retrier) => ({
            ...withHeartbeat(retrier, state),
            IntervalSeconds: (retrier.IntervalSeconds ?? INTERVAL_SECONDS) * timeScale,
            ...(retrier.MaxDelaySeconds === undefined
              ? {}
              : { MaxDelaySeconds: retrier.MaxDelaySeconds * timeScale }),
          })),
        }),
  };
}

function bounded(seconds = SECONDS_AT_MOST): number {
  return Math.min(seconds, SECONDS_AT_MOST);
}

function withHeartbeat<Matcher extends { readonly ErrorEquals: string[] }>(
  matcher: Matcher,
  state: Working,
): Matcher {
  const waits = state.Type === 'Task' && state.Resource === INVOKE_AND_WAIT;
  if (!waits || !matcher.ErrorEquals.includes('States.Timeout')) return matcher;
  return { ...matcher, ErrorEquals: [...matcher.ErrorEquals, 'States.HeartbeatTimeout'] };
}
