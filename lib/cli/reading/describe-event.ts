import type { Event } from '../../history/events.ts';
import { eventInWords } from '../../lifecycle/wording/event-in-words.ts';
import { oneLine } from '../output/untrusted.ts';

/** What an event says, on one line, without its type. Pure. */
export function describeEvent(event: Event): string {
  return oneLine(eventInWords(event));
}
