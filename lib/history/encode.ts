import { z } from 'zod';
import { EVENT_SCHEMAS, type Event } from './events.ts';
import { currentVersion } from './upcasters.ts';

/**
 * The body of a commit: the JSON text of its events, each held against the schema of its type first.
 *
 * Errors: `TypeError` for an event that does not fit its schema, an event of another than the current version, or no
 * event at all; each is a bug of whoever decided it.
 */
export function encodeEvents(events: readonly Event[]): string {
  if (events.length === 0) throw new TypeError('a commit without events: expected at least one');
  return JSON.stringify(events.map(checked));
}

function checked(event: Event): { type: string; v: number; data: unknown } {
  const version = currentVersion(event.type);
  if (event.v !== version)
    throw new TypeError(
      `event ${event.type} has version ${event.v}: expected the current version ${version}`,
    );
  const parsed = EVENT_SCHEMAS[event.type].safeParse(event.data);
  if (!parsed.success)
    throw new TypeError(`event ${event.type} does not fit its schema: ${z.prettifyError(parsed.error)}`);
  return { type: event.type, v: event.v, data: parsed.data };
}
