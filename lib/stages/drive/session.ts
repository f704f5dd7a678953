import type { DeploymentId } from '../../history/deployment-id.ts';
import type { Commit, EventStore, Head } from '../../history/event-store.ts';
import { deploymentStream } from '../../history/stream-name.ts';
import type { Decision } from '../../lifecycle/decide.ts';
import type { Deployment } from '../../lifecycle/deployment.ts';
import { replay } from '../../lifecycle/replay.ts';
import { NoneventError } from '../../nonevent-error.ts';

/** A deployment as it was read, with what is needed to append to it. */
export type Session = {
  readonly head: Head;
  readonly commits: readonly Commit[];
  readonly deployment: Deployment;
};

/**
 * Reads a deployment. What this process has read before is only read on from there, so a long history reads no more than a
 * short one; the store verifies that the chain continues.
 *
 * Errors: `NotFound` when there is no such deployment, and those of the store.
 */
export async function openSession(store: EventStore, id: DeploymentId): Promise<Session> {
  const known = remembered(store).get(id);
  if (known !== undefined) return remember(store, await catchUp(store, known));
  const { head, commits } = await store.load(deploymentStream(id));
  if (commits.length === 0) {
    throw new NoneventError('NotFound', `there is no deployment ${id}`, {
      fields: { deployment: id },
      hint: 'list the newest ones with `nonevent status`',
    });
  }
  return remember(store, { head, commits, deployment: replay(commits) });
}

const REMEMBERED = 100;
const sessions = new WeakMap<EventStore, Map<DeploymentId, Session>>();

function remembered(store: EventStore): Map<DeploymentId, Session> {
  const known = sessions.get(store) ?? new Map<DeploymentId, Session>();
  sessions.set(store, known);
  return known;
}

/** Keeps the newest session of each deployment that still runs, for the deployments that were last worked on. */
function remember(store: EventStore, session: Session): Session {
  const known = remembered(store);
  const { deployment: id, outcome } = session.deployment.view;
  known.delete(id);
  if (outcome === undefined) known.set(id, session);
  const [oldest] = known.keys();
  if (known.size > REMEMBERED && oldest !== undefined) known.delete(oldest);
  return session;
}

/** The session with what others have appended since; the same object when nothing was. */
export async function catchUp(store: EventStore, session: Session): Promise<Session> {
  const { head, commits: newer } = await store.loadAfter(session.head);
  if (newer.length === 0) return session;
  const commits = [...session.commits, ...newer];
  return { head, commits, deployment: replay(commits) };
}

/** With this many lost races in a row something else is wrong. */
const RACES_AT_MOST = 60;

/**
 * Decides on a deployment and appends what was decided; when somebody else was faster, catches up and decides again.
 * What is decided is replayed before it is written, so no event that the machine refuses is ever appended. Deciding on
 * nothing writes nothing.
 *
 * Errors: `Conflict` after too many lost races, and those of the store.
 */
export async function decideAndAppend(
  store: EventStore,
  session: Session,
  decide: (deployment: Deployment) => Decision,
): Promise<Session> {
  let current = session;
  for (let race = 0; race < RACES_AT_MOST; race += 1) {
    const events = decide(current.deployment);
    if (events.length === 0) return current;
    replay([...current.commits, { seq: current.head.seq + 1, at: current.commits.at(-1)?.at ?? '', events }]);
    const result = await store.append(current.head, events);
    if (result.outcome === 'appended') {
      const commits = [...current.commits, result.commit];
      return remember(store, { head: result.head, commits, deployment: replay(commits) });
    }
    current = await catchUp(store, current);
  }
  const { deployment } = session.deployment.view;
  throw new NoneventError(
    'Conflict',
    `deployment ${deployment} changed ${RACES_AT_MOST} times while it was being decided on`,
    {
      fields: { deployment },
      hint: 'try again',
    },
  );
}
