import type { ChainPosition } from '../history/chain.ts';
import { inspectFold } from './inspect-fold.ts';
import { inspectSealed } from './inspect-sealed.ts';
import { type Inspect, type Inspector, inspectAll } from './inspector.ts';
import type { SealedBy } from './seal.ts';

/** Every sealed head of every stream, oldest first. */
export type SealedHeads = ReadonlyMap<string, readonly SealedBy[]>;

/** Where each stream ended that was met; seq 0 where something was found in it before its end. */
export type Met = Map<string, Pick<ChainPosition, 'seq' | 'hash'>>;

/** All that a stream is held against besides its chain: what seals say of it, and the rules of what it is the history of. */
export function inspectHistory(heads: SealedHeads, met: Met): Inspect {
  return (stream) =>
    inspectAll([inspectSealed(stream, heads.get(stream) ?? []), inspectFold(stream), noting(met, stream)]);
}

function noting(met: Met, stream: string): Inspector {
  met.set(stream, { seq: 0, hash: '' });
  return {
    commit: () => undefined,
    end({ seq, hash }) {
      met.set(stream, { seq, hash });
      return undefined;
    },
  };
}

/** How many commits no seal holds yet. */
export function unsealedIn(heads: SealedHeads, met: Met): number {
  let unsealed = 0;
  for (const [stream, { seq }] of met) unsealed += Math.max(0, seq - (heads.get(stream)?.at(-1)?.seq ?? 0));
  return unsealed;
}

/** Seals are verified by themselves. */
export function isSeal(stream: string): boolean {
  return stream?.startsWith('seal#') === true;
}
