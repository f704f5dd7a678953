import { afterAll, beforeAll, expect, it } from 'vitest';
import { environmentStream, foldEnvironment } from '../../../lib/environments/environment.ts';
import { acquireLease, releaseLease } from '../../../lib/environments/lease.ts';
import type { DeploymentId } from '../../../lib/history/deployment-id.ts';
import { event } from '../../../lib/history/events.ts';
import { pipelineSchema } from '../../../lib/pipeline/pipeline.ts';
import { coolRevisions } from '../../../lib/stages/drive/cool-revisions.ts';
import { freePort } from '../../../lib/targets/process/free-port.ts';
import { requested } from '../../history/sample-events.ts';
import { type Rig, startRig } from './rig.ts';

const OTHER = 'eeeeeeeeeeeeeeeeeeee' as DeploymentId;
const base = { question: 'Does it hold?', expect: '1s', timeout: '20s', retries: 0 };
const SERVE = `exec node -e "require('node:http').createServer((q, r) => r.end('up')).listen(process.env.PORT, '127.0.0.1')"`;
const MINUTE = 60_000;

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
  const { head } = await rig.store.load(`deployment#${OTHER}`);
  await rig.store.append(head, [requested(OTHER)]);
});
afterAll(async () => {
  await rig.close();
});

async function twoReleases(name: string) {
  const port = await freePort(new Set());
  const pipeline = pipelineSchema.parse({
    pipeline: name,
    environments: { [name]: { target: { kind: 'process', start: SERVE, port, drain: '1s' }, warm: '1h' } },
    stages: [
      { ...base, name: 'acquire', kind: 'acquire', environment: name },
      { ...base, name: 'place', kind: 'place', environment: name },
      { ...base, name: 'shift', kind: 'shift', environment: name, percent: 100 },
    ],
  });
  const [first, second] = [
    await rig.deploy(pipeline, 'first', '1.0.0'),
    await rig.deploy(pipeline, 'second', '2.0.0'),
  ];
  const definition = pipeline.environments[name];
  if (definition === undefined) throw new Error('expected an environment');
  const target = await rig.targets.target(name, name, definition);
  return {
    old: `1.0.0-${first.id.slice(0, 8)}`,
    live: `2.0.0-${second.id.slice(0, 8)}`,
    second: second.id,
    placed: async () => (await target.state()).revisions.map(({ revision }) => revision),
    place: () =>
      target.place(
        { revision: `1.0.0-${first.id.slice(0, 8)}`, deployment: first.id, artifact: rig.artifact },
        new AbortController().signal,
      ),
    stream: () => rig.store.load(environmentStream(name)),
    url: `http://127.0.0.1:${port}/`,
  };
}

const coolAfter = (minutes: number) =>
  coolRevisions({ ...rig.services, now: () => Date.now() + minutes * MINUTE });

it('stops the known-good revision when its window is over and nobody changes anything, once', async () => {
  const { old, live, second, place, placed, stream, url } = await twoReleases('cooled');
  expect(await coolAfter(59)).toEqual([]);
  await acquireLease(rig.store, 'cooled', { deployment: OTHER, pipeline: 'cooled' });
  expect(await coolAfter(61)).toEqual([]);
  expect(await placed()).toEqual([old, live]);
  await releaseLease(rig.store, 'cooled', OTHER);

  expect(await coolAfter(61)).toEqual([old]);
  expect(await placed()).toEqual([live]);
  const { head, commits } = await stream();
  expect(commits.at(-1)?.events).toMatchObject([{ type: 'RevisionCooled', data: { revision: old } }]);
  expect(foldEnvironment(commits).live.cooled).toMatchObject({ cooled: true, knownGood: { revision: old } });
  expect(await coolAfter(61)).toEqual([]);
  // As if it had been killed between the record and the stopping.
  await place();
  expect(await coolAfter(0)).toEqual([old]);
  expect(await placed()).toEqual([live]);
  expect((await stream()).head.seq).toBe(head.seq);

  expect((await rig.rollback(second)).ending).toBe('rolledBack');
  expect(await placed()).toEqual([old]);
  expect((await fetch(url)).status).toBe(200);
});

it('is finished by a rollback where it was recorded and not done', async () => {
  const { old, live, second, placed, stream } = await twoReleases('killed');
  const { head, commits } = await stream();
  const { knownGood } = foldEnvironment(commits).live.killed ?? {};
  if (!knownGood) throw new Error('expected a known-good revision');
  const { revision, deployment } = knownGood;
  await rig.store.append(head, [event('RevisionCooled', { pipeline: 'killed', revision, deployment })]);
  expect(await placed()).toEqual([old, live]);
  expect((await rig.rollback(second)).ending).toBe('rolledBack');
  expect(await placed()).toEqual([old]);
  expect(await coolAfter(61)).toEqual([]);
  expect(await placed()).toEqual([old]);
});
