import { beginningOf, type ChainPosition } from '../history/chain.ts';
import type { StreamName } from '../history/event-store.ts';
import type { Item } from '../history/item.ts';
import { streamName } from '../history/stream-name.ts';
import { checkCommit } from './check-commit.ts';
import type { Finding } from './finding.ts';
import type { Inspect, Inspector } from './inspector.ts';

export type WalkOptions = {
  /** What each stream is held against besides its chain. @default nothing */
  readonly inspect?: Inspect;
  /** Streams that are left out. @default none */
  readonly skip?: (stream: string) => boolean;
};

export type ChainReport = {
  readonly streams: number;
  /** Commits and events that are sound: those of a stream up to its first finding. */
  readonly commits: number;
  readonly events: number;
  /** At most one for each stream: what follows the first bad commit proves nothing. */
  readonly findings: readonly Finding[];
};

/** One stream on the way from its first commit to its last. */
export type Walk = {
  position: ChainPosition;
  /** How many events each commit has, so that those before a finding can be counted. */
  events: number[];
  finding: Finding | undefined;
  readonly inspector: Inspector | undefined;
};

/** What has been walked so far. */
export type Tally = { streams: number; commits: number; events: number; readonly findings: Finding[] };

/**
 * Walks the streams of pages one after the other and keeps one page and one stream in memory. The items of a stream have to
 * come together and in the order of their seq; where they do not, that is a finding.
 */
export async function* walkPages(
  pages: AsyncIterable<readonly Item[]> | Iterable<readonly Item[]>,
  options: WalkOptions,
): AsyncGenerator<Walk> {
  let walk: Walk | undefined;
  for await (const items of pages) {
    for (const item of items) {
      const stream = item.stream?.S as StreamName;
      if (options.skip?.(stream)) continue;
      if (walk !== undefined && walk.position.stream !== stream) {
        yield endWalk(walk);
        walk = undefined;
      }
      walk ??= beginWalk(options, stream);
      step(walk, item);
    }
  }
  if (walk !== undefined) yield endWalk(walk);
}

/** Walks one stream; stops at its first finding. */
export async function walkStream(
  stream: StreamName,
  pages: AsyncIterable<readonly Item[]>,
  options: WalkOptions,
): Promise<Walk> {
  const walk = beginWalk(options, stream);
  for await (const items of pages) {
    for (const item of items) step(walk, item);
    if (walk.finding !== undefined) break;
  }
  return endWalk(walk);
}

function beginWalk({ inspect }: WalkOptions, stream: StreamName): Walk {
  const finding = streamName.safeParse(stream).success
    ? undefined
    : { stream, seq: 1, problem: 'no stream has such a name' };
  return { position: beginningOf(stream), events: [], finding, inspector: inspect?.(stream) };
}

function step(walk: Walk, item: Item): void {
  if (walk.finding !== undefined) return;
  const checked = checkCommit(walk.position, item);
  if (!checked.sound) {
    walk.finding = checked.finding;
    return;
  }
  walk.finding = walk.inspector?.commit(checked.commit);
  if (walk.finding !== undefined) return;
  walk.position = checked.commit;
  walk.events.push(checked.commit.events.length);
}

function endWalk(walk: Walk): Walk {
  walk.finding ??= walk.inspector?.end(walk.position);
  return walk;
}

export function newTally(): Tally {
  return { streams: 0, commits: 0, events: 0, findings: [] };
}

/** Adds a stream that was walked. */
export function add(tally: Tally, walk: Walk): void {
  const sound = walk.finding === undefined ? walk.events : walk.events.slice(0, walk.finding.seq - 1);
  if (walk.events.length > 0 || walk.finding !== undefined) tally.streams += 1;
  tally.commits += sound.length;
  tally.events += sound.reduce((sum, count) => sum + count, 0);
  if (walk.finding !== undefined) tally.findings.push(walk.finding);
}

/** Reports as one, its findings in the order of their streams, whoever came to them first. */
export function together(reports: readonly ChainReport[]): ChainReport {
  const sum = (of: (report: ChainReport) => number): number =>
    reports.reduce((so, report) => so + of(report), 0);
  return {
    streams: sum(({ streams }) => streams),
    commits: sum(({ commits }) => commits),
    events: sum(({ events }) => events),
    findings: reports.flatMap(({ findings }) => findings).sort(byPlace),
  };
}

function byPlace(one: Finding, other: Finding): number {
  if (one.stream !== other.stream) return one.stream < other.stream ? -1 : 1;
  return one.seq - other.seq;
}
