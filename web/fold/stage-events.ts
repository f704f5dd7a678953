import type { Event } from '../../lib/history/events.ts';
import type { Recorded } from '../../lib/lifecycle/replay.ts';

/** An event with its place in the history. */
export type PlacedEvent = { readonly seq: number; readonly at: string; readonly event: Event };

/** The events by the stage that they speak of; those of the deployment as a whole are under `undefined`. Pure. */
export function eventsByStage(
  commits: readonly Recorded[],
): ReadonlyMap<string | undefined, readonly PlacedEvent[]> {
  const placed = commits.flatMap(({ seq, at, events }) => events.map((event) => ({ seq, at, event })));
  return Map.groupBy(placed, ({ event }) => stageOf(event));
}

/** The stage that an event speaks of. Pure. */
export function stageOf({ data }: Event): string | undefined {
  return 'stage' in data ? data.stage : undefined;
}
