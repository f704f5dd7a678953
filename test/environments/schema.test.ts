import { describe, expect, it, test } from 'vitest';
import { foldEnvironment } from '../../lib/environments/environment.ts';
import { isMigrated, newestVersion, schemaInWords, servedVersions } from '../../lib/environments/schema.ts';
import { schemaObstacle } from '../../lib/environments/schema-obstacles.ts';
import { contractOf, schemaObstaclesToReturn } from '../../lib/environments/schema-return.ts';
import { deploymentId } from '../../lib/history/deployment-id.ts';
import type { RevisionRef } from '../../lib/history/environment-events.ts';
import { type EnvironmentEvent, event } from '../../lib/history/events.ts';
import { pipelineSchema } from '../../lib/pipeline/pipeline.ts';
import { digest } from '../../lib/pipeline/release.ts';
import type { Schemas } from '../../lib/pipeline/schemas.ts';

type Phase = 'expand' | 'data' | 'contract';

const id = (letter: string) => deploymentId.parse(letter.repeat(20));

function placed(letter: string, version: string, schemas?: Schemas): RevisionRef {
  const release = { version, artifact: digest.parse(`sha256:${letter.repeat(64)}`) };
  const ref = { revision: `${version}-${letter.repeat(8)}`, deployment: id(letter), release };
  return schemas === undefined ? ref : { ...ref, schemas };
}

function live(now: RevisionRef, knownGood: RevisionRef | null, pipeline = 'shop'): EnvironmentEvent {
  return event('LiveChanged', { pipeline, live: now, knownGood });
}

function changed(
  by: string,
  phase: Phase,
  from: number,
  to: number,
  more: { undone?: boolean; harmless?: boolean } = {},
): EnvironmentEvent {
  const { undone = false, harmless = false } = more;
  const stage = `${phase}-${to}`;
  return event('SchemaChanged', {
    schema: 'main',
    stage,
    phase,
    from,
    to,
    harmless,
    deployment: id(by),
    undone,
  });
}

const commits = (...events: readonly EnvironmentEvent[]) => events.map((one) => ({ events: [one] }));
const fold = (...events: readonly EnvironmentEvent[]) => foldEnvironment(commits(...events));

describe('a schema of an environment', () => {
  it.each([
    ['nothing is known before the first migration', [], undefined],
    ['an expansion adds a version', [changed('a', 'expand', 1, 2)], [1, 2]],
    ['data adds one too', [changed('a', 'expand', 1, 2), changed('b', 'data', 2, 3)], [1, 2, 3]],
    ['a contract ends the older ones', [changed('a', 'expand', 1, 2), changed('b', 'contract', 2, 4)], [4]],
    [
      'what was taken back is served no more',
      [changed('a', 'expand', 1, 2), changed('a', 'expand', 1, 2, { undone: true })],
      [1],
    ],
    [
      'after a contract it grows again',
      [changed('a', 'contract', 1, 2), changed('b', 'expand', 2, 3)],
      [2, 3],
    ],
  ] as const)('%s', (_, events, served) => {
    const state = fold(...events).schemas.main;
    expect(state && servedVersions(state)).toEqual(served);
  });

  it('says what it serves and who changed it last', () => {
    const state = fold(changed('a', 'expand', 1, 2)).schemas.main;
    expect(state && schemaInWords(state)).toBe('serves 1, 2; expand to 2 by deployment aaaaaaaa');
    expect(state && newestVersion(state)).toBe(2);
  });

  it('knows a migration that was made before, and a contract only when nothing older is served', () => {
    const { main } = fold(changed('a', 'expand', 1, 2), changed('b', 'expand', 2, 3)).schemas;
    expect(isMigrated(main, { phase: 'expand', from: 1, to: 2 })).toBe(true);
    expect(isMigrated(main, { phase: 'data', from: 3, to: 4 })).toBe(false);
    expect(isMigrated(main, { phase: 'contract', from: 2, to: 3 })).toBe(false);
    expect(isMigrated(undefined, { phase: 'expand', from: 0, to: 1 })).toBe(false);
  });
});

const base = { question: 'Does it hold?', expect: 1, timeout: 20, retries: 0, environment: 'production' };
const place = { ...base, kind: 'place', name: 'place' };
const migrate = (phase: Phase, from: number, to: number) => ({
  ...base,
  kind: 'migrate',
  name: `${phase}-${to}`,
  phase,
  from,
  to,
  run: 'true',
  ...(phase === 'contract' ? { verify: 'true' } : { undo: 'true' }),
});

function obstacle(
  schemas: Schemas | undefined,
  stages: readonly object[],
  ...events: readonly EnvironmentEvent[]
): string | undefined {
  const pipeline = pipelineSchema.parse({
    pipeline: 'shop',
    ...(schemas === undefined ? {} : { schemas }),
    environments: { production: { target: { kind: 'process', start: 'true', port: 1 } } },
    stages,
  });
  return schemaObstacle({ pipeline, deployment: id('f') }, 'production', commits(...events))?.observed;
}

describe('before the first change of a deployment', () => {
  const EXPANDED = [changed('a', 'expand', 1, 2)];

  it('a release that runs on what the migrations before it leave is let through', () => {
    expect(obstacle({ main: [2] }, [migrate('expand', 1, 2), place])).toBeUndefined();
    expect(obstacle({ main: [1] }, [migrate('expand', 1, 2), place])).toBeUndefined();
    expect(obstacle({ main: [2], audit: 'none' }, [place], ...EXPANDED)).toBeUndefined();
    expect(obstacle(undefined, [place])).toBeUndefined();
  });

  it('a release that needs what is not served is refused, with both sides', () => {
    expect(obstacle({ main: [3] }, [place], ...EXPANDED)).toBe(
      'the release runs on main 3, but production serves 1, 2',
    );
    expect(obstacle({ main: [2] }, [place])).toBe(
      'the release runs on main 2, and nothing is known of schema main in production',
    );
    expect(obstacle({ main: [2] }, [place, migrate('expand', 1, 2)], changed('a', 'contract', 0, 1))).toBe(
      'the release runs on main 2, but production serves 1',
    );
  });

  it('a migration that begins elsewhere is refused; one that was made is none', () => {
    expect(obstacle({ main: [4] }, [migrate('expand', 3, 4), place], ...EXPANDED)).toBe(
      'expand-4 begins at version 3 of schema main, but production serves 1, 2',
    );
    expect(obstacle({ main: [2] }, [migrate('expand', 1, 2), place], ...EXPANDED)).toBeUndefined();
  });

  const CONTRACT = [place, migrate('contract', 2, 3)];
  const ONE = placed('a', '1.0.0', { main: [1, 2] });
  const TWO = placed('b', '2.0.0', { main: [2, 3] });
  const SILENT = placed('c', '0.9.0');

  it.each([
    ['live', [live(ONE, null)], 'shop 1.0.0-aaaaaaaa (live) runs on main 1, 2'],
    ['known-good', [live(ONE, null), live(TWO, ONE)], 'shop 1.0.0-aaaaaaaa (known-good) runs on main 1, 2'],
    [
      'what a rollback would return to',
      [live(ONE, null), live(TWO, null)],
      'shop 1.0.0-aaaaaaaa (may come back) runs on main 1, 2',
    ],
    [
      'one of another pipeline that declares nothing',
      [live(TWO, null), live(SILENT, null, 'mailer')],
      'mailer 0.9.0-cccccccc (live) declares nothing of schema main',
    ],
  ])('a contract is locked by %s', (_, events, named) => {
    expect(obstacle({ main: [2, 3] }, CONTRACT, ...EXPANDED, ...events)).toBe(
      `contract contract-3 would leave only version 3 of schema main in production: ${named}`,
    );
  });

  it('a contract is locked by its own release, and open where everybody runs on what it leaves', () => {
    expect(obstacle({ main: [2] }, CONTRACT, ...EXPANDED)).toBe(
      'contract contract-3 would leave only version 3 of schema main in production: this release runs on main 2',
    );
    const unrelated = placed('c', '0.9.0', { main: 'none' });
    const events = [live(ONE, null), live(TWO, ONE), live(placed('d', '2.1.0', { main: [3] }), TWO)];
    // The revision of `ONE` is neither live nor known-good, and nothing would return to it in one step.
    expect(
      obstacle({ main: [2, 3] }, CONTRACT, ...EXPANDED, ...events, live(unrelated, null, 'mailer')),
    ).toBeUndefined();
    expect(obstacle({ main: [2, 3] }, CONTRACT, changed('a', 'contract', 2, 3))).toBeUndefined();
  });
});

describe('taking a deployment back', () => {
  const ONE = placed('a', '1.0.0', { main: [1] });
  const returning = (to: RevisionRef, ...events: readonly EnvironmentEvent[]) =>
    schemaObstaclesToReturn(fold(...events), 'shop', id('b'), [to]);

  it('is free where its own migrations go with it', () => {
    const own = [changed('b', 'expand', 1, 2), changed('b', 'data', 2, 3)];
    expect(returning(ONE, ...own)).toEqual([]);
    expect(returning(placed('a', '1.0.0'), ...own)).toEqual([]);
  });

  it('is refused where a contract removed what the revision needs', () => {
    const contracted = [changed('b', 'expand', 1, 2), changed('c', 'contract', 2, 3)];
    const by = 'only 3 would be served since contract contract-3 of deployment cccccccccccccccccccc';
    expect(returning(ONE, ...contracted)).toEqual([
      `1.0.0-aaaaaaaa, which would get the traffic back, runs on main 1; ${by}`,
    ]);
    expect(returning(placed('a', '1.0.0'), ...contracted)).toEqual([
      `1.0.0-aaaaaaaa, which would get the traffic back, declares nothing of schema main; ${by}`,
    ]);
    expect(returning(placed('a', '1.0.0', { main: [1, 3] }), ...contracted)).toEqual([]);
  });

  it('is refused where somebody else built on its migration, unless what was made may stay', () => {
    const later = changed('c', 'expand', 2, 3);
    expect(returning(ONE, changed('b', 'expand', 1, 2), later)).toEqual([
      'expand expand-2 of schema main cannot be undone: expand expand-3 of deployment cccccccccccccccccccc came after it',
    ]);
    expect(returning(ONE, changed('b', 'expand', 1, 2, { harmless: true }), later)).toEqual([]);
  });

  it('is refused where another pipeline needs what goes', () => {
    const events = [changed('b', 'expand', 1, 2), live(placed('d', '5.0.0', { main: [2] }), null, 'mailer')];
    expect(returning(ONE, ...events)).toEqual([
      '5.0.0-dddddddd, which stays, runs on main 2; only 1 would be served',
    ]);
  });

  test('a contract is known by its deployment', () => {
    const environment = fold(changed('b', 'contract', 1, 2));
    expect(contractOf(environment, id('b'))).toBe('contract contract-2 of schema main');
    expect(contractOf(environment, id('c'))).toBeUndefined();
  });
});
