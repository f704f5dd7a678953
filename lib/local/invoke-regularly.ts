import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from '../nonevent-error.ts';
import type { LocalSystem } from './system.ts';

export type Regularly = {
  readonly function: string;
  readonly event: object;
  readonly everyMs: number;
  /** What was not done where it fails, in words. */
  readonly undone: string;
};

/** Invokes a function from time to time, as a schedule does in AWS; each invocation begins after the one before has ended. */
export function invokeRegularly(
  { invoke }: Pick<LocalSystem, 'invoke'>,
  { function: name, event, everyMs, undone }: Regularly,
  log: (line: string) => void,
): { readonly close: () => Promise<void> } {
  const closing = new AbortController();
  const invoking = (async () => {
    while (!closing.signal.aborted) {
      await pause(everyMs, undefined, { signal: closing.signal }).catch(() => {});
      if (closing.signal.aborted) return;
      await invoke(name, event).catch((thrown: unknown) => log(`${undone}: ${messageOf(thrown)}`));
    }
  })();
  return {
    close: () => {
      closing.abort();
      return invoking;
    },
  };
}
