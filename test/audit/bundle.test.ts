import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashCommit } from '../../lib/history/chain.ts';
import { EVENT_SCHEMAS } from '../../lib/history/events.ts';
import { type Dynalite, startDynalite } from '../contract/dynalite.ts';
import { PYTHON_VERIFIER, type Verdicts, verifyBoth } from './both-verifiers.ts';
import { bundleOf, NOW, writeSealedHistory } from './sample-bundle.ts';
import { FIRST, SECOND } from './sample-history.ts';

let dynalite: Dynalite;
let client: DynamoDBClient;
let table: string;
let folder: string;
let all: readonly string[];

beforeAll(async () => {
  dynalite = await startDynalite();
  client = dynalite.client();
  table = await dynalite.newTable();
  folder = await mkdtemp(join(tmpdir(), 'nonevent-bundles-'));
  await writeSealedHistory(client, table);
  all = await bundleOf(client, table, { kind: 'all' });
});
afterAll(async () => {
  await dynalite.stop();
  await rm(folder, { recursive: true });
});

const both = (bundles: readonly (string | Buffer)[], options = {}): Promise<readonly Verdicts[]> =>
  verifyBoth(folder, bundles, options);

/** Lines with an end that fits them, as somebody would write it who knows the format. */
function ended(lines: readonly string[]): string {
  const content = lines.join('');
  const sha256 = createHash('sha256').update(content).digest('hex');
  return `${content}{"end":{"lines":${lines.length},"sha256":"${sha256}"}}\n`;
}

/** Both verifiers say that it is not sound, at the same line. Gives the line and what ours says. */
async function refused(bundle: string | Buffer, options = {}): Promise<string> {
  const [verdicts] = await both([bundle], options);
  return refusal(verdicts);
}

function refusal(verdicts: Verdicts | undefined): string {
  expect(verdicts?.theirs.sound).toBe(false);
  expect(verdicts?.ours.sound).toBe(false);
  expect(verdicts?.theirs.line, verdicts?.theirs.problem).toBe(verdicts?.ours.problem?.line);
  return `${verdicts?.ours.problem?.line}: ${verdicts?.ours.problem?.problem}`;
}

const content = (): readonly string[] => all.slice(0, -1);
const lineWith = (text: string): number => all.findIndex((line) => line.includes(text));

describe('a bundle', () => {
  it('of everything is sound for both verifiers', async () => {
    const [verdicts] = await both([all.join('')]);
    expect(verdicts?.theirs).toMatchObject({ sound: true, streams: 3, seal: 2 });
    expect(verdicts?.ours).toMatchObject({
      sound: true,
      scope: { kind: 'all' },
      seal: { seal: 2 },
      streams: 3,
      commits: 33,
    });
    expect(all).toHaveLength(1 + 2 + 33 + 3 + 1);
  });

  it.each([
    [{ kind: 'deployment', deployment: SECOND }, 1],
    [{ kind: 'environment', environment: 'production' }, 3],
    [{ kind: 'time', since: '2026-11-23T03:00:00.000Z', until: '2026-11-23T04:00:00.000Z' }, 3],
  ] as const)('of %o holds whole streams and one seal', async (scope, streams) => {
    const [verdicts] = await both([(await bundleOf(client, table, scope)).join('')]);
    expect(verdicts?.theirs).toMatchObject({ sound: true, streams, seal: 2 });
    expect(verdicts?.ours).toMatchObject({ sound: true, scope, streams });
  });

  it('of nothing that is sealed is refused', async () => {
    const scope = { kind: 'environment', environment: 'staging' } as const;
    await expect(bundleOf(client, await dynalite.newTable(), scope)).rejects.toMatchObject({
      code: 'NotFound',
    });
  });
});

describe('the verifier in Python', () => {
  it('knows every type of event, and is one file of less than 250 lines', async () => {
    const source = await readFile(PYTHON_VERIFIER, 'utf8');
    const types = /^TYPES = set\("""(.*?)"""/ms.exec(source)?.[1]?.trim().split(/\s+/);
    expect(types?.toSorted()).toEqual(Object.keys(EVENT_SCHEMAS).toSorted());
    expect(source.split('\n').length).toBeLessThan(250);
  });
});

/** One change of a bundle at random, by somebody who knows the format or not. */
const tampering = fc.oneof(
  fc.record({ kind: fc.constant('flip' as const), at: fc.nat(), bit: fc.integer({ min: 0, max: 7 }) }),
  fc.record({ kind: fc.constant('cut' as const), at: fc.nat() }),
  fc.record({ kind: fc.constant('drop' as const), at: fc.nat(), isEnded: fc.boolean() }),
  fc.record({ kind: fc.constant('swap' as const), at: fc.nat(), with: fc.nat(), isEnded: fc.boolean() }),
  fc.record({ kind: fc.constant('double' as const), at: fc.nat(), to: fc.nat(), isEnded: fc.boolean() }),
  fc.record({ kind: fc.constant('character' as const), at: fc.nat(), place: fc.nat(), rehash: fc.boolean() }),
  fc.record({ kind: fc.constant('splice' as const), at: fc.nat(), length: fc.integer({ min: 1, max: 5 }) }),
);
type Tampering = typeof tampering extends fc.Arbitrary<infer Change> ? Change : never;

/** The tampered bundle; `undefined` where the change changes nothing. */
function tampered(change: Tampering, other: readonly string[]): Buffer | undefined {
  const whole = Buffer.from(all.join(''));
  const result = changed(change, whole, other);
  return result.equals(whole) ? undefined : result;
}

function changed(change: Tampering, whole: Buffer, other: readonly string[]): Buffer {
  const lines = [...content()];
  const at = change.at % lines.length;
  const finish = (isEnded: boolean) => Buffer.from(isEnded ? ended(lines) : `${lines.join('')}${all.at(-1)}`);
  switch (change.kind) {
    case 'flip': {
      const copy = Buffer.from(whole);
      const place = change.at % copy.length;
      copy[place] = (copy[place] ?? 0) ^ (1 << change.bit);
      return copy;
    }
    case 'cut':
      return whole.subarray(0, change.at % whole.length);
    case 'drop':
      lines.splice(at, 1);
      return finish(change.isEnded);
    case 'swap': {
      const second = change.with % lines.length;
      [lines[at], lines[second]] = [lines[second] ?? '', lines[at] ?? ''];
      return finish(change.isEnded);
    }
    case 'double':
      lines.splice(change.to % lines.length, 0, lines[at] ?? '');
      return finish(change.isEnded);
    case 'splice':
      lines.splice(at, change.length, ...other.slice(at, at + change.length));
      return finish(true);
    case 'character': {
      const line = lines[at] ?? '';
      // Within a text or a number, so that the line stays one that a bundle could have.
      const places = [...line.matchAll(/[a-f0-9]/g)].map(({ index }) => index);
      const place = places[change.place % places.length] ?? 0;
      const wrong = `${line.slice(0, place)}${line[place] === '7' ? '6' : '7'}${line.slice(place + 1)}`;
      lines[at] = change.rehash ? rehashed(wrong) : wrong;
      return finish(true);
    }
  }
}

/** A commit's line with the hash that its content has now. */
function rehashed(line: string): string {
  try {
    const { commit } = JSON.parse(line);
    return commit === undefined ? line : line.replace(/"hash":"[^"]*"/, `"hash":"${hashCommit(commit)}"`);
  } catch {
    return line;
  }
}

describe('tampering', () => {
  // Ours may find it earlier: it also looks at what the events say.
  it('of any kind, anywhere, is found by both verifiers, by ours no later', async () => {
    const otherTable = await dynalite.newTable();
    await writeSealedHistory(client, otherTable);
    const other = await bundleOf(client, otherTable, { kind: 'all' });
    const bundles = fc
      .sample(tampering, { numRuns: 250, seed: Date.now() })
      .map((change) => ({ change, bundle: tampered(change, other) }))
      .filter((one): one is { change: Tampering; bundle: Buffer } => one.bundle !== undefined);
    const verdicts = await both(bundles.map(({ bundle }) => bundle));
    const missed = verdicts.flatMap(({ ours, theirs }, index) => {
      const [our, their] = [ours.problem?.line ?? Number.NaN, theirs.line ?? Number.NaN];
      const isFound = !ours.sound && !theirs.sound && our <= their;
      return isFound ? [] : [{ ours, theirs, change: bundles[index]?.change }];
    });
    expect(missed).toEqual([]);
    expect(bundles.length).toBeGreaterThan(200);
  }, 30_000);
});

describe('a hostile bundle is refused with its line', () => {
  const cases = [
    ['nothing at all', () => '', /^1: it ends without its end line$/],
    ['no line break', () => all.join('').slice(0, -1), /^40: it is cut off/],
    ['no end', () => content().join(''), /^40: it ends without/],
    ['something behind its end', () => `${all.join('')}\n`, /^41: expected nothing behind the end line$/],
    [
      'itself behind it',
      () => `${all.join('')}${all.join('')}`,
      /^41: expected nothing behind the end line$/,
    ],
    ['its streams in another order', () => ended(swapped()), /: the streams are not in their order$/],
    [
      'a stream twice',
      () => ended([...content(), ...streamLines(2)]),
      /: the streams are not in their order$/,
    ],
    ['a commit twice', () => ended(content().toSpliced(5, 0, all[5] ?? '')), /^7: expected seq /],
    ['half of a line', () => Buffer.from(all.join('')).subarray(0, 5000), /: it is cut off: it does not end/],
    ['a header only', () => ended(all.slice(0, 1)), /^2: expected a seal$/],
    ['no seals', () => ended([all[0] ?? '', ...all.slice(3, -1)]), /^2: expected a seal$/],
    ['a line of 5 MB', () => `${all[0]}"${'x'.repeat(5e6)}"\n`, /^2: it is longer than 4194304 bytes$/],
    ['a line that never ends', () => 'x'.repeat(5e6), /^1: it is longer than 4194304 bytes$/],
    ['a line nested deep', () => `${all[0]}${'['.repeat(2e5)}${']'.repeat(2e5)}\n`, /^2: it /],
    ['another version', () => ended([changedIn(0, '"bundle":1', '"bundle":2')]), /^1: it has another form/],
    [
      'no key',
      () => ended([changedIn(0, /,"scope"/, ',"scope"').replace(/"publicKey":"[^"]*",/, '')]),
      /^1: it has/,
    ],
    [
      'a member more',
      () => ended([changedIn(0, '"bundle":1', '"a":1,"bundle":1')]),
      /^1: it has another form/,
    ],
    [
      'a number written otherwise',
      () => ended([changedIn(0, '"bundle":1', '"bundle":1.0')]),
      /^1: it is not written/,
    ],
    ['a byte order mark', () => `\ufeff${all.join('')}`, /^1: it cannot be read/],
    [
      'no UTF-8',
      () => Buffer.concat([Buffer.from([0xff]), Buffer.from(all.join(''))]),
      /^1: it cannot be read/,
    ],
    ['not a number', () => `${all[0]}{"seal":NaN}\n`, /^2: it cannot be read/],
    [
      'an unknown type of event',
      () => unknownEvent('StageDreamt', 1),
      /holds StageDreamt version 1: this version of/,
    ],
    [
      'an unknown version of an event',
      () => unknownEvent('DeploymentStarted', 9),
      /the newest known version is 1$/,
    ],
  ] as const;
  let verdicts: readonly Verdicts[];
  beforeAll(async () => {
    verdicts = await both(cases.map(([, bundle]) => bundle()));
  });

  it.each(cases.map(([what, , problem], index) => [what, index, problem] as const))(
    'with %s',
    (_, index, problem) => {
      expect(refusal(verdicts[index])).toMatch(problem);
    },
  );

  it('but not for a clock that is an hour off', async () => {
    for (const now of [NOW - 60 * 60 * 1000, NOW + 60 * 60 * 1000]) {
      const [verdicts] = await both([all.join('')], { now });
      expect([verdicts?.ours.sound, verdicts?.theirs.sound]).toEqual([true, true]);
    }
  });

  it('with a seal from the future', async () => {
    expect(await refused(all.join(''), { now: NOW - 3 * 60 * 60 * 1000 })).toMatch(
      /^2: it is from the future/,
    );
  });

  it('signed with another key than the one that is expected', async () => {
    expect(await refused(all.join(''), { publicKey: 'a'.repeat(64) })).toMatch(
      /^1: it names the key [0-9a-f]{64}, expected a{64}$/,
    );
  });

  it('of everything without a stream', async () => {
    const without = content().filter(
      (line) => !line.includes(`"stream":"deployment#${SECOND}"`) || line.includes('"seal":'),
    );
    expect(await refused(ended(without))).toMatch(/: it is of everything, and has 2 of 3 sealed streams$/);
  });

  it('of one deployment that holds another', async () => {
    const lines = await bundleOf(client, table, { kind: 'deployment', deployment: SECOND });
    const renamed = ended([(lines[0] ?? '').replace(SECOND, FIRST), ...lines.slice(1, -1)]);
    expect(await refused(renamed)).toMatch(/: it is of deployment#1{16}aaaa, and holds something else$/);
  });
});

/** The lines of one of the three streams: its commits and their proof. */
function streamLines(stream: number): readonly string[] {
  const ends = all.flatMap((line, index) => (line.startsWith('{"proof"') ? [index + 1] : []));
  return all.slice(ends[stream - 1] ?? 3, ends[stream]);
}

/** The first two streams exchanged. */
function swapped(): readonly string[] {
  return [...all.slice(0, 3), ...streamLines(1), ...streamLines(0), ...streamLines(2)];
}

/** A line of the bundle, changed. */
function changedIn(line: number, from: string | RegExp, to: string): string {
  return (all[line] ?? '').replace(from, to);
}

/** The bundle up to a second commit with an event that nobody knows, its hash being right. */
function unknownEvent(type: string, v: number): string {
  const place = lineWith('"commit":{"at"') + 1;
  const { commit } = JSON.parse(all[place] ?? '');
  const unhashed = { ...commit, body: JSON.stringify([{ type, v, data: {} }]) };
  const { at, body, commit: id, prev, seq, stream } = unhashed;
  const hashed = { at, body, commit: id, hash: hashCommit(unhashed), prev, seq, stream };
  return ended([...all.slice(0, place), `${JSON.stringify({ commit: hashed })}\n`]);
}
