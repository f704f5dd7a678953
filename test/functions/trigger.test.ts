import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SFNClient } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { triggerHandler } from '../../functions/trigger.ts';
import { pipelineDigest } from '../../lib/history/digests.ts';
import { createDynamoDBEventStore } from '../../lib/history/dynamodb-event-store.ts';
import type { EventStore } from '../../lib/history/event-store.ts';
import { type Pipeline, pipelineSchema } from '../../lib/pipeline/pipeline.ts';
import type { Digest } from '../../lib/pipeline/release.ts';
import type { PipelineTrigger } from '../../lib/pipeline/triggers.ts';
import { createFolderDefinitions, definitionKey } from '../../lib/stages/cloud/definitions.ts';
import { createReleaseObjects } from '../../lib/stages/cloud/release-objects.ts';
import { createExecutions, stateMachinePerDefinition } from '../../lib/stages/drive/executions.ts';
import { type FakeS3, fakeS3 } from '../aws/s3.ts';
import { serve } from '../aws/serve.ts';
import { type Dynalite, startDynalite } from '../contract/dynalite.ts';
import { temporaryFolder } from '../local/temporary-folder.ts';
import {
  BUILD_SUCCEEDED,
  ECR_PUSH,
  EXECUTION_SUCCEEDED,
  IMAGE_DIGEST,
  S3_CREATED,
  TRIGGERS,
} from '../stages/triggers/events.ts';

let dynalite: Dynalite;
beforeAll(async () => {
  dynalite = await startDynalite();
});
afterAll(() => dynalite.stop());

const pipelineOf = (trigger: PipelineTrigger, env: Record<string, string> = {}) =>
  pipelineSchema.parse({
    pipeline: 'shop',
    triggers: [trigger],
    environments: {},
    stages: [
      {
        kind: 'command',
        name: 'unit',
        question: 'Does it work?',
        expect: 1,
        timeout: 10,
        run: 'npm test',
        env,
      },
    ],
  });

/** An installed pipeline with one trigger, in an account of its own; the histories may be shared. */
async function installed(trigger: PipelineTrigger, env: Record<string, string> = {}, shared?: EventStore) {
  const pipeline = pipelineOf(trigger, env);
  const definition = pipelineDigest(pipeline);
  const s3 = await fakeS3({ buckets: ['artifacts', 'releases'] });
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'pipelines'));
  const install = (digest: Digest, installed: Pipeline) =>
    writeFile(join(folder, definitionKey(digest)), JSON.stringify(installed));
  await install(definition, pipeline);
  const started: string[] = [];
  const states = await serve(({ body }) => {
    const { name, stateMachineArn } = JSON.parse(body.toString()) as Record<string, string>;
    started.push(`${stateMachineArn}/${name}`);
    return { body: JSON.stringify({ executionArn: 'arn', startDate: 1 }) };
  });
  const store =
    shared ?? createDynamoDBEventStore({ client: dynalite.client(), table: await dynalite.newTable() });
  const handle = triggerHandler({
    store,
    executions: createExecutions(
      new SFNClient(states),
      stateMachinePerDefinition('arn:aws:states:eu-west-1:123456789012:stateMachine:'),
    ),
    definitions: createFolderDefinitions(folder),
    objects: createReleaseObjects({ client: s3.client, bucket: 'artifacts' }),
    account: '123456789012',
  });
  const open = async (event: unknown, index = 0) =>
    (await handle({ definition, trigger: index, event })) as { deployment: string; isNew: boolean };
  return { s3, store, started, handle, open, definition, install };
}

/** What S3 knows of an object that was put with `--checksum-algorithm SHA256`. */
function putRelease(s3: FakeS3, key: string, body: string, headers: Record<string, string> = {}) {
  const checksum = createHash('sha256').update(body).digest('base64');
  s3.objects.set(`releases/${key}`, {
    body: Buffer.from(body),
    headers: { 'x-amz-checksum-sha256': checksum, 'x-amz-checksum-type': 'FULL_OBJECT', ...headers },
  });
}

// printf 'hello\n' | sha256sum; its md5 is the etag of the event.
const HELLO = 'sha256:5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03';

it('opens one deployment for a push, also when the event comes again a month later', async () => {
  const { open, store, started, definition } = await installed(TRIGGERS.ecr);
  const first = await open(ECR_PUSH);
  const again = await open({ ...ECR_PUSH, time: '2019-12-16T01:54:34Z' });
  expect(first.isNew).toBe(true);
  expect(again).toEqual({ deployment: first.deployment, isNew: false });
  const { commits } = await store.load(`deployment#${first.deployment}`);
  expect(commits.map(({ events }) => events)).toEqual([
    [
      expect.objectContaining({
        type: 'DeploymentRequested',
        data: expect.objectContaining({
          pipelineDigest: definition,
          release: { version: 'v1.4.2', artifact: IMAGE_DIGEST },
          trigger: expect.objectContaining({ source: 'aws.ecr', actor: 'push to my-repository-name' }),
        }),
      }),
    ],
  ]);
  expect(started[0]).toContain(`stateMachine:shop-${definition.slice(7, 23)}-v`);
});

it('takes an uploaded archive over as an artifact, and deploys it under the version in its key', async () => {
  const { open, s3, store } = await installed(TRIGGERS.s3);
  putRelease(s3, 'shop/1.4.2.tar', 'hello\n', { 'x-amz-meta-commit': '0a1b2c3d' });
  const { deployment } = await open(S3_CREATED);
  expect(s3.objects.get(`artifacts/artifacts/${HELLO.replace(':', '-')}.tar`)?.body.toString()).toBe(
    'hello\n',
  );
  const { commits } = await store.load(`deployment#${deployment}`);
  expect(commits[0]?.events[0]).toMatchObject({
    data: { release: { version: '1.4.2', commit: '0a1b2c3d', artifact: HELLO } },
  });
  expect(await open(S3_CREATED)).toEqual({ deployment, isNew: false });
});

it('deploys what a build has put into a bucket where its bytes are those that it built', async () => {
  const { open, s3, store } = await installed(TRIGGERS.codeBuild);
  putRelease(s3, 'shop/0a1b2c3d4e5f.tar', 'hello\n', { 'x-amz-meta-version': '2.0.0' });
  const { deployment } = await open(BUILD_SUCCEEDED);
  const { commits } = await store.load(`deployment#${deployment}`);
  expect(commits[0]?.events[0]).toMatchObject({
    data: { release: { version: '2.0.0', commit: '0a1b2c3d4e5f', artifact: HELLO } },
  });
});

it('opens one deployment for an event that comes again, though what it names was replaced or is gone', async () => {
  const { open, s3, store } = await installed(TRIGGERS.codePipeline);
  const key = 'shop/12345678-1234-5678-abcd-12345678abcd.tar';
  putRelease(s3, key, 'hello\n', { 'x-amz-meta-version': '1.0.0' });
  const { deployment } = await open(EXECUTION_SUCCEEDED);
  putRelease(s3, key, 'something else', { 'x-amz-meta-version': '2.0.0' });
  expect(await open(EXECUTION_SUCCEEDED)).toEqual({ deployment, isNew: false });
  s3.objects.delete(`releases/${key}`);
  expect(await open({ ...EXECUTION_SUCCEEDED, time: '2021-11-05T22:03:31Z' })).toEqual({
    deployment,
    isNew: false,
  });
  const { commits } = await store.load(`deployment#${deployment}`);
  expect(commits.map(({ events }) => events)).toEqual([
    [
      expect.objectContaining({
        data: expect.objectContaining({ release: { version: '1.0.0', artifact: HELLO } }),
      }),
    ],
  ]);
  expect(await store.list('opened', 10)).toHaveLength(1);
});

it('opens one deployment for two deliveries at once that find different objects', async () => {
  const first = await installed(TRIGGERS.codePipeline);
  const second = await installed(TRIGGERS.codePipeline, {}, first.store);
  const key = 'shop/12345678-1234-5678-abcd-12345678abcd.tar';
  putRelease(first.s3, key, 'hello\n', { 'x-amz-meta-version': '1.0.0' });
  putRelease(second.s3, key, 'something else', { 'x-amz-meta-version': '2.0.0' });
  const opened = await Promise.all([first.open(EXECUTION_SUCCEEDED), second.open(EXECUTION_SUCCEEDED)]);
  expect(opened.filter(({ isNew }) => isNew)).toHaveLength(1);
  expect(opened[0].deployment).toBe(opened[1].deployment);
  expect(await first.store.list('opened', 10)).toHaveLength(1);
  expect(first.started).toEqual(second.started);
});

it.each([
  ['other bytes than were built', 'tampered', {}, 'is not what was built: expected the SHA-256 5891b5b5'],
  ['no checksum', 'hello\n', { 'x-amz-checksum-sha256': '' }, 'has no SHA-256 of its whole content'],
  ['a checksum of parts', 'hello\n', { 'x-amz-checksum-type': 'COMPOSITE' }, 'has no SHA-256 of its whole'],
  [
    'no version',
    'hello\n',
    { 'x-amz-meta-version': 'not a version' },
    'is no release: version: expected a version',
  ],
])(
  'refuses an archive with %s, and opens nothing',
  async (_, body, headers: Record<string, string>, message) => {
    const { open, s3, started } = await installed(TRIGGERS.codeBuild);
    putRelease(s3, 'shop/0a1b2c3d4e5f.tar', body, headers);
    if (headers['x-amz-checksum-sha256'] === '') {
      s3.objects.set('releases/shop/0a1b2c3d4e5f.tar', { body: Buffer.from(body), headers: {} });
    }
    await expect(open(BUILD_SUCCEEDED)).rejects.toThrow(message);
    expect(started).toEqual([]);
  },
);

it('refuses an object that is gone, or was replaced since the event', async () => {
  const { open, s3 } = await installed(TRIGGERS.s3);
  await expect(open(S3_CREATED)).rejects.toMatchObject({
    name: 'ArtifactFailed',
    message: 's3://releases/shop/1.4.2.tar is not there',
  });
  putRelease(s3, 'shop/1.4.2.tar', 'something else');
  await expect(open(S3_CREATED)).rejects.toThrow('was replaced since the event: expected the etag b1946ac9');
});

it('refuses events that are too long, of another form or of another account, and what is not installed', async () => {
  const { open, handle, started, install } = await installed(TRIGGERS.ecr);
  await expect(
    open({ ...ECR_PUSH, detail: { ...ECR_PUSH.detail, more: 'x'.repeat(262_144) } }),
  ).rejects.toThrow(/^an event of \d+ characters came: expected at most 262144$/);
  await expect(open({ ...ECR_PUSH, detail: {} })).rejects.toThrow('an event of another form came: detail.');
  await expect(open('nonsense')).rejects.toThrow('an event of another form came');
  await expect(open({ ...ECR_PUSH, account: '999999999999' })).rejects.toMatchObject({
    name: 'InvalidInput',
    message: `event ${ECR_PUSH.id} comes from account 999999999999: expected 123456789012`,
  });
  await expect(open(ECR_PUSH, 1)).rejects.toThrow('pipeline shop has no trigger number 1');
  await expect(handle({ definition: IMAGE_DIGEST, trigger: 0, event: ECR_PUSH })).rejects.toMatchObject({
    name: 'NotFound',
    message: `no pipeline with the digest ${IMAGE_DIGEST} is installed`,
  });
  await install(IMAGE_DIGEST, pipelineOf(TRIGGERS.s3));
  await expect(handle({ definition: IMAGE_DIGEST, trigger: 0, event: ECR_PUSH })).rejects.toThrow(
    /^the definition installed as sha256:\w+ has the digest sha256:\w+$/,
  );
  expect(started).toEqual([]);
});

it('never records a definition with a secret in it', async () => {
  const { open } = await installed(TRIGGERS.ecr, { API_TOKEN: 'hunter22' });
  const opened = open(ECR_PUSH);
  await expect(opened).rejects.toThrow('cannot be recorded: unit has the value of API_TOKEN in the file');
  await expect(opened).rejects.not.toThrow('hunter22');
});
