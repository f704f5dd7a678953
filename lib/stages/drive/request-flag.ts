import { z } from 'zod';
import { changeFlag, flagHolder } from '../../environments/change-flag.ts';
import type { Environment } from '../../environments/environment.ts';
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
  askedAt: z.iso
    .datetime()
    .optional()
    .describe('When this was asked for, so that a request that comes late undoes nothing newer.'),
  seen: z
    .int()
    .min(0)
    .default(0)
    .describe(
      'The newest commit of the environment that had changed this flag when this was asked for; 0 for none.',
    ),
});
export type FlagRequest = z.output<typeof flagRequest>;

export type FlagResult =
  | { readonly result: 'changed' | 'unchanged' }
  /** Something newer was recorded since it was asked for. */
  | { readonly result: 'late' }
  /** A running deployment changes this flag. */
  | { readonly result: 'refused'; readonly holder: DeploymentId };

/**
 * Changes a flag of an environment for a person, and lets its services see it. It needs no lease: a flag is there to be switched
 * at any time. Only a flag that a running deployment changes is refused. Convergent, however late it is delivered again. A request that is older than
 * what is recorded, and has not seen it, is recorded as late and changes nothing.
 *
 * Errors: those of the store and of publishing; the event is then delivered again.
 */
export async function requestFlag(
  { store, flags }: { readonly store: EventStore; readonly flags: Flags },
  { environment, askedAt, seen, ...change }: FlagRequest,
): Promise<FlagResult> {
  let holder: DeploymentId | undefined;
  try {
    const admit = async (now: Environment): Promise<void> => {
      holder = await flagHolder(store, environment, now, change.flag);
      if (holder !== undefined) throw REFUSED;
    };
    const asked = askedAt === undefined ? undefined : { askedAt, seen };
    const result = await changeFlag(store, environment, change, admit, asked);
    await flags.publish(environment);
    return { result };
  } catch (thrown) {
    if (thrown === REFUSED && holder !== undefined) return { result: 'refused', holder };
    throw thrown;
  }
}

const REFUSED = Symbol('refused');
