import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from '../nonevent-error.ts';
import { EVENT_FUNCTION_NAMES } from './function-names.ts';
import type { LocalSystem } from './system.ts';

/** How often a local system that may use AWS asks for builds that have ended, in milliseconds. */
const ASK_EVERY_MS = 10_000;

/** Asks from time to time how far the builds are that deployments wait for; each look begins after the one before has ended. */
export function askRegularly(
  { invoke }: Pick<LocalSystem, 'invoke'>,
  everyMs: number | undefined,
  log: (line: string) => void,
): { readonly close: () => Promise<void> } {
  const closing = new AbortController();
  const asking = (async () => {
    while (!closing.signal.aborted) {
      await pause(everyMs ?? ASK_EVERY_MS, undefined, { signal: closing.signal }).catch(() => {});
      if (closing.signal.aborted) return;
      await invoke(EVENT_FUNCTION_NAMES.callback, { 'detail-type': 'Scheduled Event' }).catch(
        (thrown: unknown) => log(`builds were not asked for: ${messageOf(thrown)}`),
      );
    }
  })();
  return {
    close: () => {
      closing.abort();
      return asking;
    },
  };
}
