import type { Buffer } from 'node:buffer';
import { createHash, type Hash } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from '../../history/canonical-json.ts';
import { beginningOf, type ChainPosition } from '../../history/chain.ts';
import type { StreamName } from '../../history/event-store.ts';
import type { Seal } from '../../history/seal-events.ts';
import { deploymentStream } from '../../history/stream-name.ts';
import { messageOf } from '../../nonevent-error.ts';
import { checkStored } from '../check-commit.ts';
import type { Finding } from '../finding.ts';
import { inspectFold } from '../inspect-fold.ts';
import type { Inspector } from '../inspector.ts';
import { leafOf, rootFrom } from '../merkle.ts';
import { foldSeals, signatureProblem } from '../seal.ts';
import { commitLine, endLine, headerLine, MAX_LINE_BYTES, proofLine, type Scope, sealLine } from './lines.ts';
import { readLines } from './read-lines.ts';

export type VerifyBundleOptions = {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The key that every seal has to be signed with, known from elsewhere. @default the one that the bundle names */
  readonly publicKey?: string;
};

/** The first line of a bundle that is not what it has to be; with stream and seq where the line is one of a stream. */
export type BundleProblem = {
  readonly line: number;
  readonly problem: string;
  readonly stream?: string;
  readonly seq?: number;
};

export type BundleReport = {
  readonly sound: boolean;
  readonly scope: Scope | undefined;
  readonly publicKey: string | undefined;
  /** The newest seal, which holds the end of every stream in the bundle. */
  readonly seal: { readonly seal: number; readonly at: string } | undefined;
  readonly streams: number;
  readonly commits: number;
  readonly problem: BundleProblem | undefined;
};

/**
 * Verifies a bundle from its bytes alone, line by line, with no more than one stream in memory: form, chains, lifecycle,
 * summaries, signatures and links of the seals, the proof of every stream's head, and that nothing is missing at the end.
 * Total: any bytes give a report.
 */
export async function verifyBundle(
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
  options: VerifyBundleOptions,
): Promise<BundleReport> {
  const bundle = openBundle(options);
  for await (const line of readLines(chunks, MAX_LINE_BYTES)) {
    const problem = 'problem' in line ? { problem: line.problem } : bundle.take(line.bytes);
    if (problem !== undefined) return bundle.report({ line: line.number, ...problem });
  }
  return bundle.report(bundle.missing());
}

type Problem = { readonly problem: string; readonly stream?: string; readonly seq?: number };

/** What has been read of a bundle. */
type Progress = {
  lines: number;
  readonly digest: Hash;
  scope: Scope | undefined;
  publicKey: string | undefined;
  seal: Seal | undefined;
  /** The stream whose commits are being read. */
  walk: { position: ChainPosition; readonly inspector: Inspector } | undefined;
  lastStream: string;
  lastIndex: number;
  streams: number;
  commits: number;
  isEnded: boolean;
};

function openBundle({ now, publicKey }: VerifyBundleOptions) {
  const progress: Progress = {
    lines: 0,
    digest: createHash('sha256'),
    scope: undefined,
    publicKey: undefined,
    seal: undefined,
    walk: undefined,
    lastStream: '',
    lastIndex: -1,
    streams: 0,
    commits: 0,
    isEnded: false,
  };
  const takeSeal = sealTaker(progress, now);
  const take = (bytes: Buffer): Problem | undefined => {
    if (progress.isEnded) return { problem: 'expected nothing behind the end line' };
    const parsed = parse(bytes);
    if ('problem' in parsed) return parsed;
    const problem = takeValue(progress, parsed.value, publicKey, takeSeal);
    progress.digest.update(bytes).update('\n');
    progress.lines += 1;
    return problem;
  };
  return {
    take,
    missing: (): BundleProblem | undefined =>
      progress.isEnded ? undefined : { line: progress.lines + 1, problem: 'it ends without its end line' },
    report: (problem: BundleProblem | undefined): BundleReport => ({
      sound: problem === undefined,
      scope: progress.scope,
      publicKey: progress.publicKey,
      seal: progress.seal && { seal: progress.seal.seal, at: progress.seal.at },
      streams: progress.streams,
      commits: progress.commits,
      problem,
    }),
  };
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A line is the one canonical text of its value. */
function parse(bytes: Buffer): { readonly value: object } | Problem {
  try {
    const text = decoder.decode(bytes);
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return { problem: 'it is no JSON object' };
    if (canonicalJson(value) !== text) return { problem: 'it is not written as a bundle writes it' };
    return { value };
  } catch (thrown) {
    return { problem: `it cannot be read: ${messageOf(thrown).slice(0, 200)}` };
  }
}

function takeValue(
  progress: Progress,
  value: object,
  expectedKey: string | undefined,
  takeSeal: (seal: Seal) => Problem | undefined,
): Problem | undefined {
  if (progress.lines === 0) return takeHeader(progress, value, expectedKey);
  if ('seal' in value) return checked(sealLine, value, ({ seal }) => takeSeal(seal));
  if (progress.seal === undefined) return { problem: 'expected a seal' };
  const { seal } = progress;
  if ('commit' in value) return checked(commitLine, value, ({ commit }) => takeCommit(progress, commit));
  if ('proof' in value) return checked(proofLine, value, ({ proof }) => takeProof(progress, proof, seal));
  if ('end' in value) return checked(endLine, value, ({ end }) => takeEnd(progress, end, seal));
  return { problem: 'it is neither a seal, a commit, a proof nor the end' };
}

function checked<Schema extends z.ZodType>(
  schema: Schema,
  value: object,
  take: (line: z.output<Schema>) => Problem | undefined,
): Problem | undefined {
  const parsed = schema.safeParse(value);
  if (parsed.success) return take(parsed.data);
  return { problem: `it has another form: ${messageOf(z.prettifyError(parsed.error)).slice(0, 300)}` };
}

function takeHeader(progress: Progress, value: object, expectedKey: string | undefined): Problem | undefined {
  return checked(headerLine, value, ({ scope, publicKey }) => {
    if (expectedKey !== undefined && publicKey !== expectedKey)
      return { problem: `it names the key ${publicKey}, expected ${expectedKey}` };
    progress.scope = scope;
    progress.publicKey = publicKey;
    return undefined;
  });
}

/** From the first seal on, every root is added up again; a later one alone is held by its signature. */
function sealTaker(progress: Progress, now: number): (seal: Seal) => Problem | undefined {
  let chain: ReturnType<typeof foldSeals> | undefined;
  return (seal) => {
    const place = { stream: `seal#${seal.seal}`, seq: 1 };
    if (progress.walk !== undefined || progress.streams > 0)
      return { ...place, problem: 'expected no seal behind commits' };
    const isFirst = progress.seal === undefined;
    if (isFirst && (progress.scope?.kind === 'all' || seal.seal === 1))
      chain = foldSeals(now, progress.publicKey);
    if (!isFirst && chain === undefined)
      return { ...place, problem: 'expected one seal where they do not begin with the first' };
    const problem = chain === undefined ? signatureProblem(seal, progress.publicKey, now) : chain.add(seal);
    if (problem !== undefined) return { ...place, problem };
    progress.seal = seal;
    return undefined;
  };
}

type CommitValue = z.output<typeof commitLine>['commit'];

function takeCommit(progress: Progress, commit: CommitValue): Problem | undefined {
  const { stream } = commit;
  if (stream.startsWith('seal#')) return { problem: `${stream} is a seal and no stream of commits` };
  progress.walk ??= begin(stream);
  const { walk } = progress;
  const result = checkStored(walk.position, commit);
  const finding = result.sound ? walk.inspector.commit(result.commit) : result.finding;
  if (finding !== undefined) return placed(finding);
  walk.position = commit;
  progress.commits += 1;
  return undefined;
}

function begin(stream: StreamName): NonNullable<Progress['walk']> {
  return { position: beginningOf(stream), inspector: inspectFold(stream) };
}

function placed({ stream, seq, problem }: Finding): Problem {
  return { stream, seq, problem };
}

type ProofValue = z.output<typeof proofLine>['proof'];

function takeProof(progress: Progress, proof: ProofValue, seal: Seal): Problem | undefined {
  const { stream, seq, hash, index, path } = proof;
  const place = { stream, seq };
  const { walk } = progress;
  if (walk === undefined) return { ...place, problem: 'expected commits before their proof' };
  const { position } = walk;
  if (position.stream !== stream || position.seq !== seq || position.hash !== hash)
    return {
      ...place,
      problem: `it proves another head than the one before it, ${position.stream} ${position.seq}`,
    };
  if (stream <= progress.lastStream || index <= progress.lastIndex)
    return { ...place, problem: 'the streams are not in their order' };
  if (rootFrom(leafOf(proof), { index, size: seal.streams, path }) !== seal.root)
    return { ...place, problem: `its proof does not lead to the root of seal#${seal.seal}` };
  const finding = walk.inspector.end(position);
  if (finding !== undefined) return placed(finding);
  progress.walk = undefined;
  progress.lastStream = stream;
  progress.lastIndex = index;
  progress.streams += 1;
  return undefined;
}

function takeEnd(
  progress: Progress,
  end: { readonly lines: number; readonly sha256: string },
  seal: Seal,
): Problem | undefined {
  const { walk, scope, streams, lines } = progress;
  if (walk !== undefined)
    return {
      stream: walk.position.stream,
      seq: walk.position.seq + 1,
      problem: 'expected more commits, or the proof of the head',
    };
  if (scope?.kind === 'all' && streams !== seal.streams)
    return { problem: `it is of everything, and has ${streams} of ${seal.streams} sealed streams` };
  if (scope?.kind !== 'all' && streams === 0) return { problem: 'it holds no stream' };
  const named = streamNamedBy(scope);
  if (named !== undefined && (streams !== 1 || progress.lastStream !== named))
    return { problem: `it is of ${named}, and holds something else` };
  if (end.lines !== lines) return { problem: `it says ${end.lines} lines, and ${lines} are before it` };
  const sha256 = progress.digest.copy().digest('hex');
  if (end.sha256 !== sha256)
    return { problem: `it says ${end.sha256}, and the lines before it hash to ${sha256}` };
  progress.isEnded = true;
  return undefined;
}

function streamNamedBy(scope: Scope | undefined): string | undefined {
  return scope?.kind === 'deployment' ? deploymentStream(scope.deployment) : undefined;
}
