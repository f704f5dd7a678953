import { NoneventError } from '../nonevent-error.ts';
import type { DeploymentId } from './deployment-id.ts';
import type { EventStore } from './event-store.ts';

const WRITTEN_ID = /^(?:deployment#)?([0-9a-f]{1,20})$/;
const FULL_LENGTH = 20;
const STREAM_PREFIX = 'deployment#';

/**
 * The deployment that somebody means by an id, a unique prefix of one, or `latest`.
 *
 * Errors: `InvalidInput` for what cannot be an id and for a prefix of several, naming them; `NotFound`.
 */
export async function findDeployment(
  store: Pick<EventStore, 'find' | 'list'>,
  written: string,
): Promise<DeploymentId> {
  if (written === 'latest') return newestDeployment(store);
  const prefix = WRITTEN_ID.exec(written.toLowerCase())?.[1];
  if (prefix === undefined) {
    throw new NoneventError(
      'InvalidInput',
      `invalid deployment id ${JSON.stringify(written)}: expected up to ${FULL_LENGTH} hexadecimal digits, or latest`,
      {
        hint: 'list the newest deployments with `nonevent status`',
      },
    );
  }
  const found = await store.find(prefix);
  const [only, other] = found;
  if (only === undefined) throw notFound(`no deployment has an id that begins with ${prefix}`);
  if (other === undefined) return only;
  throw new NoneventError(
    'InvalidInput',
    `${prefix} is the beginning of several deployment ids: ${found.join(', ')}`,
    {
      hint: 'type more digits of the one you mean',
    },
  );
}

async function newestDeployment(store: Pick<EventStore, 'list'>): Promise<DeploymentId> {
  const [newest] = await newestDeployments(store, 1);
  if (newest === undefined) throw notFound('there is no deployment yet');
  return newest;
}

/** The ids of the newest deployments, newest first. */
export async function newestDeployments(
  store: Pick<EventStore, 'list'>,
  limit: number,
): Promise<readonly DeploymentId[]> {
  const opened = await store.list('opened', limit);
  return opened.map(({ stream }) => stream.slice(STREAM_PREFIX.length) as DeploymentId);
}

function notFound(message: string): NoneventError {
  return new NoneventError('NotFound', message, {
    hint: 'list the newest deployments with `nonevent status`',
  });
}
