import type { ChainPosition } from '../history/chain.ts';
import type { Commit, StreamName } from '../history/event-store.ts';
import type { Finding } from './finding.ts';

/** Holds a stream against more than its chain. It is given every commit whose chain is sound, in order. */
export type Inspector = {
  readonly commit: (commit: Commit) => Finding | undefined;
  /** Called where the stream ends, unless something was found before. The finding may lie at any earlier seq. */
  readonly end: (position: ChainPosition) => Finding | undefined;
};

/** A new inspector for each stream. */
export type Inspect = (stream: StreamName) => Inspector;

/** Several inspectors as one; the first finding counts. */
export function inspectAll(inspectors: readonly Inspector[]): Inspector {
  const first = (ask: (inspector: Inspector) => Finding | undefined): Finding | undefined => {
    for (const inspector of inspectors) {
      const finding = ask(inspector);
      if (finding !== undefined) return finding;
    }
    return undefined;
  };
  return {
    commit: (commit) => first((inspector) => inspector.commit(commit)),
    end: (position) => first((inspector) => inspector.end(position)),
  };
}
