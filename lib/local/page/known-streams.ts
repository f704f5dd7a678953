import type { EventStore, Stream, StreamName } from '../../history/event-store.ts';

const STREAMS_KEPT = 100;

/**
 * The same store, which asks only for the commits that it has not seen. What a stream has once said it says for ever, so
 * nothing that is kept can be out of date.
 */
export function knownStreams(store: EventStore): EventStore {
  const known = new Map<StreamName, Stream>();
  const keep = (name: StreamName, stream: Stream): Stream => {
    // Taken out and put in again: the map is in order of use, so the one that was not used for longest goes first.
    known.delete(name);
    known.set(name, stream);
    const oldest = known.keys().next().value;
    if (known.size > STREAMS_KEPT && oldest !== undefined) known.delete(oldest);
    return stream;
  };
  return {
    ...store,
    load: async (name) => {
      const seen = known.get(name);
      if (seen === undefined) {
        const loaded = await store.load(name);
        return loaded.commits.length === 0 ? loaded : keep(name, loaded);
      }
      const { head, commits } = await store.loadAfter(seen.head);
      return keep(name, commits.length === 0 ? seen : { head, commits: [...seen.commits, ...commits] });
    },
  };
}
