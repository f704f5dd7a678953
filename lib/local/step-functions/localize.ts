import { type Definition, INVOKE_AND_WAIT, type State } from './definition.ts';

/** Timers of Node fire at once beyond this many milliseconds. 24 days. */
const SECONDS_AT_MOST = Math.floor((2 ** 31 - 1) / 1000);
const INTERVAL_SECONDS = 1; // the States Language's default between two attempts

/**
 * A definition as the interpreter runs it. It gives a task without a timeout 60 seconds, where AWS gives it for ever;
 * and it does not know that a missed heartbeat is a timeout too. Waits and pauses between attempts last `timeScale` as long.
 */
export function localize(definition: Definition, timeScale: number): Definition {
  return {
    ...definition,
    ...(definition.TimeoutSeconds === undefined
      ? {}
      : { TimeoutSeconds: bounded(definition.TimeoutSeconds) }),
    States: Object.fromEntries(
      Object.entries(definition.States).map(([name, state]) => [name, localizeState(state, timeScale)]),
    ),
  };
}

function localizeState(state: State, timeScale: number): State {
  return {
    ...state,
    ...(state.Type === 'Task' ? { TimeoutSeconds: bounded(state.TimeoutSeconds) } : {}),
    ...(state.Type === 'Wait' && state.Seconds !== undefined
      ? { Seconds: bounded(state.Seconds * timeScale) }
      : {}),
    ...(state.Retry === undefined
      ? {}
      : {
          Retry: state.Retry.map((retrier) => ({
            ...withHeartbeat(retrier, state),
            IntervalSeconds: (retrier.IntervalSeconds ?? INTERVAL_SECONDS) * timeScale,
            ...(retrier.MaxDelaySeconds === undefined
              ? {}
              : { MaxDelaySeconds: retrier.MaxDelaySeconds * timeScale }),
          })),
        }),
    ...(state.Catch === undefined
      ? {}
      : { Catch: state.Catch.map((catcher) => withHeartbeat(catcher, state)) }),
    ...(state.Branches === undefined
      ? {}
      : { Branches: state.Branches.map((branch) => localize(branch, timeScale)) }),
  };
}

function bounded(seconds = SECONDS_AT_MOST): number {
  return Math.min(seconds, SECONDS_AT_MOST);
}

function withHeartbeat<Matcher extends { readonly ErrorEquals: string[] }>(
  matcher: Matcher,
  state: State,
): Matcher {
  if (state.Resource !== INVOKE_AND_WAIT || !matcher.ErrorEquals.includes('States.Timeout')) return matcher;
  return { ...matcher, ErrorEquals: [...matcher.ErrorEquals, 'States.HeartbeatTimeout'] };
}
