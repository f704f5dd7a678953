import { z } from 'zod';
import { changeFlag, flagHolder } from '../../environments/change-flag.ts';
import type { Flags } from '../../environments/flags.ts';
import type { DeploymentId } from '../../history/deployment-id.ts';
import type { EventStore } from '../../history/event-store.ts';
import { flagName, flagValue } from '../../pipeline/flag-value.ts';
import { secretFormIn } from '../../pipeline/literal-secret.ts';
import { name } from '../../pipeline/names.ts';

/** What "Flag Requested" asks for. */
export const flagRequest = z.strictObject({
  environment: name,
  flag: flagName,
  value: flagValue
    .nullable()
    .refine(
      (value) => typeof value !== 'string' || secretFormIn(value) === undefined,
      'expected no secret: every value of a flag is kept in the history',
    )
    .describe('null takes the flag away.'),
  actor: z.string().min(1).max(200),
  reason: z.string().max(4000).default('none given'),
  request: z.string().min(1).max(100).describe('Tells a new request from one that is delivered again.'),
});
export type FlagRequest = z.output<typeof flagRequest>;

export type FlagResult =
  | { readonly result: 'changed' | 'unchanged' }
  /** A running deployment changes this flag. */
  | { readonly result: 'refused'; readonly holder: DeploymentId };

/**
 * Changes a flag of an environment for a person, and lets its services see it. It needs no lease: a flag is there to be switched
 * at any time. Only a flag that a running deployment changes is refused. Convergent, however late it is delivered again.
 *
 * Errors: those of the store and of publishing; the event is then delivered again.
 */
export async function requestFlag(
  { store, flags }: { readonly store: EventStore; readonly flags: Flags },
  { environment, ...change }: FlagRequest,
): Promise<FlagResult> {
  let holder: DeploymentId | undefined;
  try {
    const changed = await changeFlag(store, environment, change, async (now) => {
      holder = await flagHolder(store, environment, now, change.flag);
      if (holder !== undefined) throw REFUSED;
    });
    await flags.publish(environment);
    return { result: changed ? 'changed' : 'unchanged' };
  } catch (thrown) {
    if (thrown === REFUSED && holder !== undefined) return { result: 'refused', holder };
    throw thrown;
  }
}

const REFUSED = Symbol('refused');
