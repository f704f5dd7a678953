import type { Commit } from '../history/event-store.ts';
import type { EventData } from '../history/events.ts';
import type { FlagValue } from '../pipeline/flag-value.ts';
import type { Environment } from './environment.ts';

/** Where the services of an environment read its flags. The environment's stream says what they are; this follows it. */
export type Flags = {
  /**
   * Lets the services of an environment see what its stream says now. May be repeated; the newest state wins, whoever
   * asks last.
   *
   * Errors: those of the store; `StoreUnavailable` where it cannot be written.
   */
  publish(environment: string): Promise<void>;
};

/** The value of a flag; `undefined` where it is not set. Pure. */
export function flagOf({ flags }: Pick<Environment, 'flags'>, flag: string): FlagValue | undefined {
  return Object.hasOwn(flags, flag) ? flags[flag]?.value : undefined;
}

/** The values of all flags that are set, by name. Pure. */
export function flagValues({ flags }: Pick<Environment, 'flags'>): Readonly<Record<string, FlagValue>> {
  return Object.fromEntries(Object.entries(flags).map(([name, { value }]) => [name, value]));
}

/** A change of a flag, with its place in the environment's history. */
export type RecordedFlagChange = EventData<'FlagChanged'> & { readonly seq: number; readonly at: string };

/** Every change of the flags of an environment, oldest first. Pure. */
export function flagChanges(
  commits: readonly Pick<Commit, 'seq' | 'at' | 'events'>[],
): readonly RecordedFlagChange[] {
  return commits.flatMap(({ seq, at, events }) =>
    events.flatMap(({ type, data }) => (type === 'FlagChanged' ? [{ ...data, seq, at }] : [])),
  );
}

/** `true`, `10`, `"text"`, or `not set`. Pure. */
export function flagInWords(value: FlagValue | null | undefined): string {
  return value === undefined || value === null ? 'not set' : JSON.stringify(value);
}
