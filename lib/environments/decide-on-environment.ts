import type { Commit, EventStore } from '../history/event-store.ts';
import type { EnvironmentEvent } from '../history/events.ts';
import { NoneventError } from '../nonevent-error.ts';
import { type Environment, environmentStream, foldEnvironment } from './environment.ts';

/** With this many lost races in a row something else is wrong. */
const RACES_AT_MOST = 60;

/**
 * Loads an environment, decides on it and appends what was decided; when somebody else was faster, loads and decides again.
 * Deciding on nothing writes nothing. Returns the environment after it.
 *
 * Errors: those of `decide` and of the store, and `Conflict` after too many lost races.
 */
export async function decideOnEnvironment(
  store: EventStore,
  name: string,
  decide: (
    environment: Environment,
    commits: readonly Commit[],
  ) => readonly EnvironmentEvent[] | Promise<readonly EnvironmentEvent[]>,
): Promise<Environment> {
  for (let race = 0; race < RACES_AT_MOST; race += 1) {
    const { head, commits } = await store.load(environmentStream(name));
    const events = await decide(foldEnvironment(commits), commits);
    if (events.length === 0) return foldEnvironment(commits);
    const result = await store.append(head, events);
    if (result.outcome === 'appended') return foldEnvironment([...commits, result.commit]);
  }
  throw new NoneventError(
    'Conflict',
    `environment ${name} changed ${RACES_AT_MOST} times while it was being decided on`,
    {
      fields: { environment: name },
      hint: 'try again',
    },
  );
}
