import { expect, test } from 'vitest';
import type { Ground } from '../../lib/environments/readiness.ts';
import { environmentsTakenBack, readinessEverywhere } from '../../lib/environments/readiness-everywhere.ts';
import { deploymentId } from '../../lib/history/deployment-id.ts';
import type { RevisionRef } from '../../lib/history/environment-events.ts';
import { type EnvironmentEvent, event } from '../../lib/history/events.ts';
import { pipelineSchema } from '../../lib/pipeline/pipeline.ts';
import { digest } from '../../lib/pipeline/release.ts';

const ONE = placed('a', '1.0.0');
const TWO = placed('b', '2.0.0');
const THREE = placed('c', '3.0.0');
const RUNNING: Ground = {
  running: new Set([ONE.revision, TWO.revision, THREE.revision]),
  isKept: () => true,
};
const SHOP = pipeline('staging', 'production');
const PRODUCTION = known(live(ONE, null), live(TWO, ONE));

function placed(letter: string, version: string): RevisionRef {
  return {
    revision: `${version}-${letter.repeat(8)}`,
    deployment: deploymentId.parse(letter.repeat(20)),
    release: { version, artifact: digest.parse(`sha256:${letter.repeat(64)}`) },
  };
}

function pipeline(...placesIn: readonly string[]) {
  const target = { kind: 'process', start: 'node server.js' };
  const asked = { question: 'Does it go well?', expect: '2s', timeout: '30s' };
  return pipelineSchema.parse({
    pipeline: 'shop',
    environments: {
      staging: { target: { ...target, port: 4100 } },
      production: { target: { ...target, port: 4101 } },
    },
    stages: ['staging', 'production'].flatMap((environment) => [
      { ...asked, name: `acquire-${environment}`, kind: 'acquire', environment },
      ...(placesIn.includes(environment)
        ? [{ ...asked, name: `place-${environment}`, kind: 'place', environment }]
        : []),
    ]),
  });
}

function live(now: RevisionRef, knownGood: RevisionRef | null): EnvironmentEvent {
  return event('LiveChanged', { pipeline: 'shop', live: now, knownGood });
}

function known(...events: readonly EnvironmentEvent[]) {
  return { commits: events.map((recorded) => ({ events: [recorded] })), ground: RUNNING };
}

test('a deployment is taken back in every environment that it acquired', () => {
  expect(environmentsTakenBack(SHOP)).toEqual(['staging', 'production']);
});

test('ready where nothing stands against it in any of its environments', () => {
  const staging = known(live(ONE, null), live(TWO, ONE));
  expect(readinessEverywhere(PRODUCTION, SHOP, { staging })).toEqual({
    ready: true,
    returnsTo: ONE,
    warm: true,
  });
});

test.each([
  ['nothing was live there before', known(live(TWO, null)), 'nothing of shop was live before 2.0.0'],
  ['another deployment is live there', known(live(TWO, null), live(THREE, TWO)), '3.0.0 is live by now'],
  ['nothing is live there', known(), 'nothing is live by now'],
  [
    'somebody holds its lease',
    known(
      live(ONE, null),
      live(TWO, ONE),
      event('LeaseAcquired', { deployment: THREE.deployment, pipeline: 'shop', fence: 1 }),
    ),
    'deployment cccccccccccccccccccc holds the lease',
  ],
])('production is blocked by staging, because %s', (_, staging, fact) => {
  expect(readinessEverywhere(PRODUCTION, SHOP, { staging })).toEqual({
    ready: false,
    blocking: [`it is taken back in staging too, where ${fact}`],
  });
});

test('what stands against it here is said first', () => {
  const first = known(live(TWO, null));
  expect(readinessEverywhere(first, SHOP, { staging: first })).toEqual({
    ready: false,
    blocking: [
      'nothing of shop was live before 2.0.0',
      'it is taken back in staging too, where nothing of shop was live before 2.0.0',
    ],
  });
});

test('an environment in which nothing is placed has to be free, and keeps a contract', () => {
  const definition = pipeline('production');
  const contract = { schema: 'main', stage: 'shrink', phase: 'contract', from: 1, to: 2 } as const;
  const made = event('SchemaChanged', {
    ...contract,
    harmless: false,
    deployment: TWO.deployment,
    undone: false,
  });
  expect(readinessEverywhere(PRODUCTION, definition, { staging: known() })).toMatchObject({ ready: true });
  expect(readinessEverywhere(PRODUCTION, definition, { staging: known(made) })).toEqual({
    ready: false,
    blocking: ['it is taken back in staging too, where contract shrink of schema main cannot be taken back'],
  });
});
