import { createHash } from 'node:crypto';
import type { Commit, EventStore, StreamName } from '../../history/event-store.ts';
import { historyCorrupt } from '../../history/history-corrupt.ts';
import { deploymentStream } from '../../history/stream-name.ts';
import { NoneventError } from '../../nonevent-error.ts';
import { inspectFold } from '../inspect-fold.ts';
import { inspectSealed } from '../inspect-sealed.ts';
import { inspectAll } from '../inspector.ts';
import { inclusionsOf, leafOf } from '../merkle.ts';
import { type ReadSealsOptions, readSeals } from '../read-seals.ts';
import type { SealChain } from '../seal.ts';
import { type BundleLine, FORMAT, lineText, type Scope } from './lines.ts';

export type ExportOptions = Pick<ReadSealsOptions, 'client' | 'table' | 'now'> & {
  readonly store: Pick<EventStore, 'load'>;
  readonly scope: Scope;
};

/**
 * The text of a bundle, line by line: the sealed part of every stream in the scope, with the seals and the proofs that the
 * newest seal holds it. Needs no key: a bundle says nothing that a seal has not said.
 *
 * Errors: `HistoryCorrupt` when seals or streams in the scope are not sound; `NotFound` when nothing in it is sealed.
 */
export async function* exportBundle(options: ExportOptions): AsyncGenerator<string> {
  const { chain, finding } = await readSeals(options);
  if (finding !== undefined) throw historyCorrupt(finding.stream as StreamName, finding.seq, finding.problem);
  const digest = createHash('sha256');
  let lines = 0;
  const written = (line: BundleLine): string => {
    const text = lineText(line);
    digest.update(text);
    lines += 1;
    return text;
  };
  for await (const line of contentOf(options, chain)) yield written(line);
  yield lineText({ end: { lines, sha256: digest.digest('hex') } });
}

async function* contentOf(options: ExportOptions, chain: SealChain): AsyncGenerator<BundleLine> {
  const { scope } = options;
  const newest = chain.newest();
  if (newest === undefined) throw nothingSealed(scope);
  const leaves = chain.leaves();
  const inclusion = inclusionsOf(leaves.map(leafOf));
  let isBegun = false;
  function* begin(): Generator<BundleLine> {
    if (isBegun || newest === undefined) return;
    isBegun = true;
    yield { bundle: 1, format: FORMAT, scope, publicKey: newest.publicKey };
    // Everything can be added up again from the first seal on; the rest is held by its proofs alone.
    for (const seal of scope.kind === 'all' ? chain.seals() : [newest]) yield { seal };
  }
  if (scope.kind === 'all') yield* begin();
  for (const [index, { stream, seq, hash }] of leaves.entries()) {
    if (!mayBeIn(scope, stream)) continue;
    const { commits } = await options.store.load(stream);
    requireSound(stream, commits, chain);
    const sealed = commits.slice(0, seq);
    if (!isIn(scope, sealed)) continue;
    yield* begin();
    for (const { events: _, ...commit } of sealed) yield { commit };
    yield { proof: { stream, seq, hash, index, path: [...inclusion(index).path] } };
  }
  if (!isBegun) throw nothingSealed(scope);
}

function mayBeIn(scope: Scope, stream: StreamName): boolean {
  switch (scope.kind) {
    case 'deployment':
      return stream === deploymentStream(scope.deployment);
    case 'environment':
      return stream === `environment#${scope.environment}` || stream.startsWith('deployment#');
    default:
      return true;
  }
}

/** Of an environment: its own stream, and the deployments whose pipeline names it. Of a time: what has a commit in it. */
function isIn(scope: Scope, commits: readonly Commit[]): boolean {
  if (scope.kind === 'time') return commits.some(({ at }) => at >= scope.since && at <= scope.until);
  const opening = commits[0]?.events[0];
  if (scope.kind !== 'environment' || opening?.type !== 'DeploymentRequested') return true;
  return Object.hasOwn(opening.data.pipeline.environments, scope.environment);
}

/** A bundle is evidence: what is not sound is not put into one. */
function requireSound(stream: StreamName, commits: readonly Commit[], chain: SealChain): void {
  const inspector = inspectAll([inspectSealed(stream, chain.heads().get(stream) ?? []), inspectFold(stream)]);
  const last = commits.at(-1) ?? { stream, seq: 0, hash: '' };
  let finding = commits.map(inspector.commit).find((found) => found !== undefined);
  finding ??= inspector.end(last);
  if (finding !== undefined) throw historyCorrupt(stream, finding.seq, finding.problem);
}

function nothingSealed(scope: Scope): NoneventError {
  return new NoneventError('NotFound', `nothing that is sealed is in the scope ${JSON.stringify(scope)}`, {
    hint: 'seal the history with `nonevent audit seal`, or ask for more',
  });
}
