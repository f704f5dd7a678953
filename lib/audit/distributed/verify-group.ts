import { z } from 'zod';
import { decodeEvents } from '../../history/decode.ts';
import { commitOf, type Item } from '../../history/item.ts';
import { NoneventError } from '../../nonevent-error.ts';
import { type Claim, notingClaims, unfoundedIn } from '../claims.ts';
import { type DeploymentFacts, notingFacts } from '../deployment-facts.ts';
import type { Finding } from '../finding.ts';
import { inspectHistory, type Met, unsealedIn } from '../inspect-history.ts';
import { inspectSealed } from '../inspect-sealed.ts';
import { inspectAll } from '../inspector.ts';
import type { SealedBy } from '../seal.ts';
import { add, newTally, walkPages } from '../walk.ts';
import { exportedFinding } from './exported-finding.ts';
import { fromNdjson, toJson } from './ndjson.ts';
import type { Objects } from './objects.ts';
import { readGroup } from './read-group.ts';
import { headsKey, type Run, resultKey } from './run.ts';

const count = z.int().min(0);

/** What was found in the streams of a group, and in streams that say something about one of them. */
export const groupResult = z.object({
  streams: count,
  commits: count,
  events: count,
  unsealed: count,
  findings: z.array(exportedFinding),
  unfounded: z.array(exportedFinding),
});
export type GroupResult = z.output<typeof groupResult>;

/**
 * Verifies the streams of a group as `audit verify` does: every item of theirs is there now, from whichever file it came. Writes the
 * result and says how many findings there are.
 *
 * Errors: those of `readGroup`.
 */
export async function verifyGroup(
  objects: Objects,
  run: Run,
  group: number,
): Promise<{ readonly group: number; readonly findings: number }> {
  const { items, claims } = await gather(objects, run, group);
  const key = headsKey(run, group);
  const heads = new Map(fromNdjson(await objects.read(key), key) as Iterable<[string, readonly SealedBy[]]>);
  const met: Met = new Map();
  const facts = new Map<string, DeploymentFacts>();
  const tally = newTally();
  const inspectStream = inspectHistory(heads, met);
  const inspect: typeof inspectStream = (stream) => {
    if (!claims.has(stream)) return inspectStream(stream);
    return inspectAll([inspectStream(stream), notingFacts((found) => facts.set(stream, found))]);
  };
  for await (const walk of walkPages([items], { inspect })) add(tally, walk);
  for (const [stream, sealed] of heads) {
    if (met.has(stream)) continue;
    tally.streams += 1;
    tally.findings.push(...gone(stream, sealed));
  }
  const broken = new Set(tally.findings.map(({ stream }) => stream));
  const unfounded = [...claims]
    .filter(([on]) => !broken.has(on))
    .flatMap(([on, about]) => unfoundedIn(facts.get(on), about));
  const result = { ...tally, unsealed: unsealedIn(heads, met), unfounded };
  await objects.write(resultKey(run, group), toJson(result));
  return { group, findings: tally.findings.length + unfounded.length };
}

/** A stream that was sealed and is not there. */
function gone(stream: string, sealed: readonly SealedBy[]): readonly Finding[] {
  const found = inspectSealed(stream, sealed).end({ stream: stream as SealedBy['stream'], seq: 0, hash: '' });
  return found === undefined ? [] : [found];
}

type Line = { readonly item: Item } | { readonly claims: Item; readonly on: string };

/** The items in the order of their streams and seqs, and what other streams say about one. */
async function gather(objects: Objects, run: Run, group: number) {
  const items: Item[] = [];
  const claims = new Map<string, Claim[]>();
  for await (const value of readGroup(objects, run, group)) {
    const line = value as Line;
    if ('item' in line) items.push(line.item);
    else claims.set(line.on, [...(claims.get(line.on) ?? []), ...claimsIn(line.claims, line.on)]);
  }
  return { items: items.sort(byPlace), claims };
}

function byPlace(one: Item, other: Item): number {
  const [left, right] = [one.stream?.S ?? '', other.stream?.S ?? ''];
  if (left !== right) return left < right ? -1 : 1;
  return Number(one.seq?.N) - Number(other.seq?.N);
}

/** An item that cannot be read is found in its own stream. */
function claimsIn(item: Item, stream: string): readonly Claim[] {
  const stored = commitOf(item);
  if (stored === undefined) return [];
  const claims: Claim[] = [];
  try {
    notingClaims(claims).commit({ ...stored, events: decodeEvents(stored) });
  } catch (thrown) {
    if (!(thrown instanceof NoneventError)) throw thrown;
  }
  return claims.filter(({ on }) => `deployment#${on}` === stream);
}
