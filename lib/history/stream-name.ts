import { z } from 'zod';
import { NoneventError } from '../nonevent-error.ts';
import type { DeploymentId } from './deployment-id.ts';
import type { StreamName } from './event-store.ts';

/** A stream's kind and the name of what it is the history of: plain, so that it can be a key, a file and a line of text. */
export const streamName = z
  .string()
  .regex(/^(deployment|environment|pipeline|seal)#[a-z0-9-]{1,100}$/)
  .transform((written) => written as StreamName);

/**
 * Refuses a stream name that is not one.
 *
 * Errors: `InvalidInput`.
 */
export function requireStreamName(stream: string): StreamName {
  const parsed = streamName.safeParse(stream);
  if (parsed.success) return parsed.data;
  throw new NoneventError(
    'InvalidInput',
    `invalid stream ${JSON.stringify(stream)}: expected deployment#ID, environment#NAME, pipeline#NAME or seal#N`,
    { fields: { stream } },
  );
}

/** The stream of a deployment's history. */
export function deploymentStream(id: DeploymentId): StreamName {
  return `deployment#${id}`;
}
