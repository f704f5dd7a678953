import type { ChainPosition } from './chain.ts';
import type { Head } from './event-store.ts';

const issued = new WeakSet<object>();

/** Makes the head that a store hands out. For implementations of EventStore only. */
export function issueHead(position: ChainPosition): Head {
  const head = Object.freeze({ stream: position.stream, seq: position.seq, hash: position.hash }) as Head;
  issued.add(head);
  return head;
}

/**
 * Refuses a head that no store handed out, such as a copy with another seq: with one, a gap could be written.
 *
 * Errors: `TypeError`, for it is a bug.
 */
export function requireIssued(head: Head): void {
  if (!issued.has(head))
    throw new TypeError(
      `the head of ${head.stream} at seq ${head.seq} was not handed out by a store: use the one that load or append gave`,
    );
}
