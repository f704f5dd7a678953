import { flagHolder } from '../../environments/change-flag.ts';
import { environmentStream, foldEnvironment } from '../../environments/environment.ts';
import { flagChanges, flagOf } from '../../environments/flags.ts';
import type { Commit, EventStore } from '../../history/event-store.ts';
import { shortId } from '../../lifecycle/wording/short-id.ts';
import { NoneventError } from '../../nonevent-error.ts';
import type { FlagRequest } from '../../stages/drive/request-flag.ts';
import type { System } from '../system.ts';
import { awaitAnswer } from './await-answer.ts';

/**
 * Waits until a change of a flag that was asked for is recorded.
 *
 * Errors: `Conflict` when a deployment that changes the same flag, or a newer request, came first; `Unreachable` when nobody acted on it in time.
 */
export async function awaitFlag(
  system: System,
  { environment, flag, value, request }: FlagRequest,
): Promise<void> {
  const { store } = system;
  await awaitAnswer(system, {
    look: async () => {
      const { commits } = await store.load(environmentStream(environment));
      const recorded = flagChanges(commits).find((change) => change.request === request);
      if (recorded?.late !== undefined) throw overtaken(environment, flag);
      if (recorded !== undefined || (flagOf(foldEnvironment(commits), flag) ?? null) === value) return true;
      await requireUnheldIn(commits, store, environment, flag);
      return false;
    },
    undone: `did not change ${flag}`,
    fields: { environment, flag },
  });
}

function overtaken(environment: string, flag: string): NoneventError {
  return new NoneventError('Conflict', `${flag} in ${environment} was changed since by a newer request`, {
    fields: { environment, flag },
    hint: `look at it with \`nonevent flag ${environment} ${flag}\`, then type this again if it is still wanted`,
  });
}

/** Errors: `Conflict` while a running deployment changes this flag itself. */
export async function requireUnheld(store: EventStore, environment: string, flag: string): Promise<void> {
  const { commits } = await store.load(environmentStream(environment));
  return requireUnheldIn(commits, store, environment, flag);
}

async function requireUnheldIn(
  commits: readonly Commit[],
  store: EventStore,
  environment: string,
  flag: string,
): Promise<void> {
  const holder = await flagHolder(store, environment, foldEnvironment(commits), flag);
  if (holder === undefined) return;
  throw new NoneventError(
    'Conflict',
    `deployment ${shortId(holder)} is changing ${flag} in ${environment}, and would undo to what it found`,
    {
      fields: { environment, flag, holder },
      hint: `wait for it with \`nonevent status ${shortId(holder)} --watch\``,
    },
  );
}
