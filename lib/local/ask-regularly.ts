import { EVENT_FUNCTION_NAMES } from './function-names.ts';
import { invokeRegularly } from './invoke-regularly.ts';
import type { LocalSystem } from './system.ts';

/** How often a local system that may use AWS asks for builds that have ended, in milliseconds. */
const ASK_EVERY_MS = 10_000;

/** Asks from time to time how far the builds are that deployments wait for. */
export function askRegularly(
  system: Pick<LocalSystem, 'invoke'>,
  everyMs: number | undefined,
  log: (line: string) => void,
): { readonly close: () => Promise<void> } {
  return invokeRegularly(
    system,
    {
      function: EVENT_FUNCTION_NAMES.callback,
      event: { 'detail-type': 'Scheduled Event' },
      everyMs: everyMs ?? ASK_EVERY_MS,
      undone: 'builds were not asked for',
    },
    log,
  );
}
