import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createArtifactStore, fileOf } from '../../../lib/artifacts/artifact-store.ts';
import { createBuilds } from '../../../lib/stages/cloud/code-build.ts';
import { fakeCodeBuild } from '../../aws/code-build.ts';

async function ground() {
  const folder = await mkdtemp(join(tmpdir(), 'nonevent-builds-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const source = join(folder, 'source');
  await mkdir(join(source, 'site'), { recursive: true });
  await writeFile(join(source, 'site', "it's odd $(name)"), 'hello\n');
  const bucket = join(folder, 'bucket');
  const artifacts = createArtifactStore(bucket);
  const artifact = await artifacts.pack(source, 'nothing');
  const fake = await fakeCodeBuild({ projects: ['shop'], bucket });
  const builds = createBuilds({ client: fake.client, logs: fake.logs, bucket: 'artifacts', pollMs: 1 });
  const order = {
    project: 'shop',
    run: 'run-1',
    command: 'true',
    artifact,
    variables: {},
    timeoutSeconds: 90,
  };
  const nowOf = async (run: string) => {
    const build = await builds.find('shop', run, 0);
    if (build === undefined) throw new Error(`there is no build of ${run}`);
    return build;
  };
  return { folder, bucket, source, artifacts, artifact, fake, builds, order, nowOf };
}

it('starts one build for a run, however often it is told to, and finds it again', async () => {
  const { builds, fake, order } = await ground();
  expect(await builds.find('shop', 'run-1', 0)).toBeUndefined();
  const [one, other] = await Promise.all([builds.start(order), builds.start(order)]);
  expect([other.id, (await builds.find('shop', 'run-1', 0))?.id]).toEqual([one.id, one.id]);
  expect(fake.builds.size).toBe(1);
  const { timeoutInMinutesOverride, queuedTimeoutInMinutesOverride } =
    [...fake.builds.values()][0]?.order ?? {};
  expect([timeoutInMinutesOverride, queuedTimeoutInMinutesOverride]).toEqual([5, 5]);
});

it('takes the first of those that claim to be a run, also behind a page of others', async () => {
  const { builds, fake, order } = await ground();
  const first = await builds.start(order);
  for (let count = 0; count < 100; count += 1) fake.intrude('shop', { NONEVENT_RUN: `other-${count}` });
  fake.intrude('shop', { NONEVENT_RUN: 'run-1' });
  expect((await builds.find('shop', 'run-1', 0))?.id).toBe(first.id);
  const tomorrow = Date.now() + 86_400_000;
  fake.requests.length = 0;
  await builds.find('shop', 'run-1', tomorrow);
  expect(fake.requests).toEqual(['ListBuildsForProject', 'BatchGetBuilds']);
});

it('makes the same artifact of the same folder as packing it here does, whatever the names in it', async () => {
  const { folder, builds, fake, order, nowOf, artifacts, source } = await ground();
  await builds.start({ ...order, makes: 'site', command: 'touch -d 2001-01-01 site/*; chmod 600 site/*' });
  for (const build of fake.builds.values()) await fake.run(build);
  const { made, status } = await nowOf('run-1');
  expect(status).toBe('SUCCEEDED');
  if (made === undefined) throw new Error('it made nothing');
  await artifacts.unpack(made, join(folder, 'unpacked'));
  expect(await artifacts.pack(join(folder, 'unpacked'), 'nothing')).toBe(
    await artifacts.pack(join(source, 'site'), 'nothing'),
  );
});

it('says what a build tells of itself: its log, its reports, and what it printed', async () => {
  const { builds, fake, order, nowOf } = await ground();
  await builds.start({ ...order, keepsOutput: true, command: `echo 'was "off"' && echo "it's told" >&2` });
  for (const build of fake.builds.values()) {
    build.reportArns.push('arn:report:1', 'arn:report:2');
    await fake.run(build);
  }
  fake.reports.set('arn:report:1', { SUCCEEDED: 11, FAILED: 0 });
  fake.reports.set('arn:report:2', { SUCCEEDED: 2, FAILED: 1 });
  const build = await nowOf('run-1');
  expect(build.output).toBe('was "off"');
  expect(await build.evidence()).toMatchObject({
    status: 'SUCCEEDED',
    phase: null,
    tail: expect.stringMatching(/it's told$/),
    tests: { SUCCEEDED: 13, FAILED: 1 },
  });
});

it('finds the newest line with a beginning in a long log, and none where the log cannot be read', async () => {
  const { builds, fake, order, nowOf } = await ground();
  await builds.start(order);
  const [build] = [...fake.builds.values()];
  if (build === undefined) throw new Error('no build was started');
  const newest = async () => (await nowOf('run-1')).newestLine('mark ');
  build.log = 'a mark 0\n';
  expect(await newest()).toBeUndefined();
  build.log = `mark 1\nmark 2\n${'working\n'.repeat(25_000)}`;
  expect(await newest()).toBe('mark 2');
  build.log += `${'working\n'.repeat(15_000)}`;
  expect(await newest()).toBeUndefined();
  build.log += 'mark 3\n';
  const seen = await nowOf('run-1');
  fake.faults.push('ThrottlingException');
  expect(await seen.newestLine('mark ')).toBeUndefined();
  expect(await seen.newestLine('mark ')).toBe('mark 3');
});

it('runs nothing of an artifact whose bytes are not those that its digest names', async () => {
  const { builds, fake, order, artifact, bucket, nowOf } = await ground();
  await writeFile(fileOf(bucket, artifact), 'something else');
  await builds.start({ ...order, command: 'echo it ran' });
  for (const build of fake.builds.values()) await fake.run(build);
  const evidence = await (await nowOf('run-1')).evidence();
  expect(evidence).toMatchObject({ status: 'FAILED', phase: 'PRE_BUILD' });
  expect(evidence.tail).toContain('FAILED');
  expect(evidence.tail).not.toContain('it ran');
});

it('tells what is refused from what may be asked again', async () => {
  const { builds, fake, order } = await ground();
  await expect(builds.start({ ...order, project: 'unknown' })).rejects.toMatchObject({
    code: 'CommandFailed',
  });
  fake.faults.push('ThrottlingException', 'InternalServiceError', 'AccessDeniedException');
  await expect(builds.start(order)).rejects.toMatchObject({ code: 'StoreUnavailable' });
  await expect(builds.find('shop', 'run-1', 0)).rejects.toMatchObject({ code: 'StoreUnavailable' });
  await expect(builds.stop('shop:1')).rejects.toMatchObject({ code: 'CommandFailed' });
});
