import { counted } from '../../lifecycle/wording/counted.ts';
import { dataFolder } from '../../local/data-folder.ts';
import { busRecord, foldDeliveries } from '../../local/event-bridge/deliveries.ts';
import { readJournal } from '../../local/journal.ts';
import { messageOf } from '../../nonevent-error.ts';
import { oneLine } from '../output/untrusted.ts';
import type { Finding } from './finding.ts';

/** Looks whether the local system has given up to deliver an event, without touching what it keeps. */
export async function examineDeadLetters(data: string): Promise<Finding> {
  const what = 'dead letters';
  const path = dataFolder(data).events;
  try {
    const { dead } = foldDeliveries(await readJournal(path, busRecord));
    const newest = [...dead.values()].at(-1);
    if (newest === undefined) return { what, state: 'ok', observed: 'none' };
    const { event, attempts, reason } = newest;
    return {
      what,
      state: 'warning',
      observed: `${counted(dead.size, 'event')} in ${path}; the newest is ${event['detail-type']}, given up after ${counted(attempts, 'attempt')}: ${oneLine(inShort(reason)).slice(0, 200)}`,
      fix: 'mend what the reason names, then deliver them again with `nonevent redrive`',
    };
  } catch (thrown) {
    return { what, state: 'problem', observed: messageOf(thrown), fix: `look at ${path}` };
  }
}

/** What a function failed with is told as Lambda tells it, with its stack. */
function inShort(reason: string): string {
  const message = /"errorMessage":("(?:[^"\\]|\\.)*")/.exec(reason)?.[1];
  return message === undefined ? reason : String(JSON.parse(message));
}
