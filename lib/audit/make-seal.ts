import type { ChainPosition } from '../history/chain.ts';
import type { EventStore, StreamName } from '../history/event-store.ts';
import { event } from '../history/events.ts';
import { historyCorrupt } from '../history/history-corrupt.ts';
import { MOST_CHANGED, type Seal, type SealedHead } from '../history/seal-events.ts';
import { NoneventError } from '../nonevent-error.ts';
import type { Finding } from './finding.ts';
import { inspectSealed } from './inspect-sealed.ts';
import { type Inspect, type Inspector, inspectAll } from './inspector.ts';
import { leafOf, rootOf } from './merkle.ts';
import { type ReadSealsOptions, readSeals } from './read-seals.ts';
import { type SealChain, signSeal } from './seal.ts';
import type { Signer } from './signer.ts';
import { verifyChain } from './verify-chain.ts';

export type MakeSealOptions = Pick<ReadSealsOptions, 'client' | 'table'> & {
  readonly store: Pick<EventStore, 'load' | 'append'>;
  readonly signer: Signer;
  /** Milliseconds since 1970. */
  readonly now: () => number;
};

/** The newest seal, and what was found in streams that are therefore sealed only as far as they were before. */
export type SealMade = { readonly seal: Seal; readonly findings: readonly Finding[] };

/** With this many lost races in a row something else is wrong. */
const RACES_AT_MOST = 10;

/**
 * Seals the heads of all streams, also when none has grown. Every chain is verified first, and a stream that does not
 * continue what was sealed of it before keeps its old head. More than 1000 grown streams make several seals.
 *
 * Errors: `HistoryCorrupt` when the seals so far are damaged or signed with another key; `Conflict` after too many lost
 * races; `StoreUnavailable`.
 */
export async function makeSeal(options: MakeSealOptions): Promise<SealMade> {
  for (let race = 0; race < RACES_AT_MOST; race += 1) {
    const { chain, finding } = await readSeals({ ...options, now: options.now() });
    if (finding !== undefined)
      throw historyCorrupt(finding.stream as StreamName, finding.seq, finding.problem);
    requireSameKey(chain, options.signer);
    const { heads, findings } = await currentHeads(options, chain);
    const seal = await sealAll(options, chain, heads);
    if (seal !== 'conflict') return { seal, findings };
  }
  throw new NoneventError('Conflict', `others made ${RACES_AT_MOST} seals while this one was being made`, {
    hint: 'see theirs with `nonevent audit head`',
  });
}

async function sealAll(
  options: MakeSealOptions,
  chain: SealChain,
  heads: readonly SealedHead[],
): Promise<Seal | 'conflict'> {
  for (let from = 0; from === 0 || from < heads.length; from += MOST_CHANGED) {
    const seal = await nextSeal(options, chain, heads.slice(from, from + MOST_CHANGED));
    const { head } = await options.store.load(`seal#${seal.seal}`);
    if (head.seq > 0) return 'conflict';
    const { outcome } = await options.store.append(head, [event('Sealed', seal)]);
    if (outcome === 'conflict') return 'conflict';
    const problem = chain.add(seal);
    if (problem !== undefined) throw new Error(`made a seal that is none: ${problem}`);
  }
  return chain.newest() ?? 'conflict';
}

async function nextSeal(
  { signer, now }: MakeSealOptions,
  chain: SealChain,
  changed: readonly SealedHead[],
): Promise<Seal> {
  const after = new Map(chain.leaves().map((head) => [head.stream as string, head]));
  for (const head of changed) after.set(head.stream, head);
  const leaves = [...after.keys()].sort().flatMap((stream) => after.get(stream) ?? []);
  const said = {
    seal: (chain.newest()?.seal ?? 0) + 1,
    at: new Date(now()).toISOString(),
    previous: chain.link(),
    changed: [...changed],
    streams: leaves.length,
    root: rootOf(leaves.map(leafOf)),
  };
  return signSeal(said, signer);
}

/** The heads that have grown since the newest seal, sorted by stream. */
async function currentHeads(
  { client, table }: MakeSealOptions,
  chain: SealChain,
): Promise<{ readonly heads: readonly SealedHead[]; readonly findings: readonly Finding[] }> {
  const sealed = chain.heads();
  const positions = new Map<string, ChainPosition>();
  const inspect: Inspect = (stream) =>
    inspectAll([inspectSealed(stream, sealed.get(stream) ?? []), noting(positions)]);
  const skip = (stream: string): boolean => stream?.startsWith('seal#') === true;
  const { findings } = await verifyChain({ client, table, inspect, skip });
  for (const { stream } of findings) positions.delete(stream);
  const heads = [...positions.values()]
    .filter(({ stream, seq }) => seq > (sealed.get(stream)?.at(-1)?.seq ?? 0))
    .map(({ stream, seq, hash }) => ({ stream, seq, hash }))
    .sort((one, other) => (one.stream < other.stream ? -1 : 1));
  return { heads, findings };
}

function noting(positions: Map<string, ChainPosition>): Inspector {
  return {
    commit: () => undefined,
    end(position) {
      positions.set(position.stream, position);
      return undefined;
    },
  };
}

function requireSameKey(chain: SealChain, { publicKey }: Signer): void {
  const pinned = chain.newest()?.publicKey;
  if (pinned === undefined || pinned === publicKey) return;
  throw new NoneventError(
    'HistoryCorrupt',
    `the seals are signed with the key ${pinned}, and the key here is ${publicKey}: nothing was sealed`,
    { fields: { pinned, publicKey }, hint: 'bring the first key back: a history has one' },
  );
}
