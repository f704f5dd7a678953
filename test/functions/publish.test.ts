import { join } from 'node:path';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { expect, it, onTestFinished } from 'vitest';
import { publishHandler } from '../../functions/publish.ts';
import type { Event } from '../../lib/history/events.ts';
import { startAwsServer } from '../../lib/local/aws-server.ts';
import type { BusEvent } from '../../lib/local/event-bridge/event.ts';
import { openEventBus } from '../../lib/local/event-bridge/event-bus.ts';
import { eventBridgeService } from '../../lib/local/event-bridge/service.ts';
import { createFunctions } from '../../lib/local/functions.ts';
import { serve } from '../aws/serve.ts';
import { requested, SUCCEEDED, stopRequested, undone } from '../history/sample-events.ts';
import { temporaryFolder } from '../local/temporary-folder.ts';

const DEPLOYMENT = 'deployment#0f3a9c1b7d2e4f508a61';

/** A record as Lambda gives it, with all that DynamoDB writes into one. */
function record(sequence: number, events: readonly Event[], stream = DEPLOYMENT, eventName = 'INSERT') {
  const keys = { stream: { S: stream }, seq: { N: String(sequence) } };
  return {
    eventID: `c4ca4238a0b923820dcc509a6f7584${sequence}`,
    eventName,
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: 'eu-west-1',
    dynamodb: {
      ApproximateCreationDateTime: 1479499740,
      Keys: keys,
      NewImage: {
        ...keys,
        at: { S: '2026-11-23T07:00:00.000Z' },
        commit: { S: `commit-${sequence}` },
        prev: { S: '0'.repeat(64) },
        hash: { S: '1'.repeat(64) },
        body: { S: JSON.stringify(events) },
      },
      SequenceNumber: `44215845000000000174504390${sequence}`,
      SizeBytes: 26,
      StreamViewType: 'NEW_IMAGE',
    },
    eventSourceARN: 'arn:aws:dynamodb:eu-west-1:123456789012:table/history/stream/2026-01-01T00:00:00.000',
  };
}

/** A bus whose one listener keeps what comes from `nonevent`, until it has got so many. */
async function listening(wanted: number) {
  const heard: BusEvent[] = [];
  const complete = Promise.withResolvers<readonly BusEvent[]>();
  const functions = createFunctions(() => ({
    listener: async (event) => {
      heard.push(event as BusEvent);
      if (heard.length === wanted) complete.resolve(heard);
    },
  }));
  const bus = await openEventBus({
    path: join(await temporaryFolder(), 'bus.jsonl'),
    rules: [{ name: 'all', pattern: { source: ['nonevent'] }, function: 'listener' }],
    functions,
    timeScale: 0.001,
    onError: (thrown) => complete.reject(thrown),
  });
  bus.start();
  const server = await startAwsServer({
    port: 0,
    token: 'token',
    services: { AWSEvents: eventBridgeService(bus) },
    health: {},
    onError: (thrown) => complete.reject(thrown),
  });
  onTestFinished(async () => {
    await server.close();
    bus.halt();
    await functions.close(1000);
    await bus.close();
  });
  const client = new EventBridgeClient({
    region: 'local',
    endpoint: server.endpoint,
    credentials: { accessKeyId: 'token', secretAccessKey: 'x' },
    maxAttempts: 1,
  });
  return { client, heard: complete.promise, all: heard };
}

const quiet = (line: string) => expect.unreachable(line);

it('tells every event of new commits, by its type, stream, seq and place', async () => {
  const { client, heard } = await listening(14);
  const commits = Array.from({ length: 12 }, (_, at) => record(11 + at, [stopRequested(`reason ${at}`)]));
  const environment = record(
    30,
    [{ type: 'LeaseReleased', v: 1, data: { deployment: '0f3a9c1b7d2e4f508a61', fence: 3 } } as Event],
    'environment#production',
  );
  const Records = [record(10, [requested('0f3a9c1b7d2e4f508a61')]), ...commits, environment];
  expect(await publishHandler({ client, log: quiet })({ Records })).toEqual({ batchItemFailures: [] });
  const told = await heard;
  expect(told.map((event) => event['detail-type']).toSorted()).toEqual([
    'DeploymentRequested',
    'LeaseReleased',
    ...Array.from({ length: 12 }, () => 'StopRequested'),
  ]);
  expect(told.find(({ detail }) => detail.seq === 12)).toMatchObject({
    source: 'nonevent',
    'detail-type': 'StopRequested',
    detail: {
      stream: 'deployment#0f3a9c1b7d2e4f508a61',
      seq: 12,
      index: 0,
      at: '2026-11-23T07:00:00.000Z',
      deployment: '0f3a9c1b7d2e4f508a61',
      v: 1,
      data: { actor: 'ada', reason: 'reason 1' },
    },
  });
  expect(told.find(({ detail }) => detail.seq === 30)?.detail).toEqual({
    stream: 'environment#production',
    seq: 30,
    index: 0,
    at: '2026-11-23T07:00:00.000Z',
    environment: 'production',
    v: 1,
    data: { deployment: '0f3a9c1b7d2e4f508a61', fence: 3 },
  });
});

it('tells an event with 340 KB of evidence without its evidence, which stands there as a digest', async () => {
  const { client, heard } = await listening(2);
  const Records = [record(10, [undone('e'.repeat(340_000)), SUCCEEDED])];
  expect(await publishHandler({ client, log: quiet })({ Records })).toEqual({ batchItemFailures: [] });
  const told = (await heard).find(({ detail }) => detail.index === 0);
  expect(told?.detail).toMatchObject({
    cut: ['evidence'],
    data: {
      stage: 'place',
      effect: 'undone',
      evidence: {
        bytes: 340_002,
        digest: 'sha256:384a3bbd376bdb604d63ccb8f3e811b4cb94e48510bfd29bfdbc35a1e51aa015',
      },
    },
  });
});

it('says of changed and deleted items that there are none, and tells nothing of them', async () => {
  const { client, all } = await listening(1);
  const lines: string[] = [];
  const Records = [
    record(10, [SUCCEEDED], DEPLOYMENT, 'MODIFY'),
    record(11, [SUCCEEDED], DEPLOYMENT, 'REMOVE'),
  ];
  const result = await publishHandler({ client, log: (line) => lines.push(line) })({ Records });
  expect(result).toEqual({ batchItemFailures: [] });
  expect(all).toEqual([]);
  expect(lines).toEqual([
    'record 4421584500000000017450439010 of {"stream":{"S":"deployment#0f3a9c1b7d2e4f508a61"},"seq":{"N":"10"}} is a MODIFY: commits are only ever added; run `nonevent audit verify`',
    'record 4421584500000000017450439011 of {"stream":{"S":"deployment#0f3a9c1b7d2e4f508a61"},"seq":{"N":"11"}} is a REMOVE: commits are only ever added; run `nonevent audit verify`',
  ]);
});

it.each([
  ['an unknown event', { S: '[{"type":"FromTheFuture","v":1,"data":{}}]' }, 'holds FromTheFuture version 1'],
  ['a body that is no JSON', { S: '[{' }, 'its body is not JSON'],
  ['an item that is no commit', { N: '1' }, 'it holds no commit: expected the new image of an item'],
])('tells what is before %s, and reports that record with its reason', async (_, body, reason) => {
  const { client, heard } = await listening(1);
  const lines: string[] = [];
  const bad = record(11, [SUCCEEDED]);
  const poison = { ...bad, dynamodb: { ...bad.dynamodb, NewImage: { ...bad.dynamodb.NewImage, body } } };
  const Records = [record(10, [SUCCEEDED]), poison, record(12, [SUCCEEDED])];
  const result = await publishHandler({ client, log: (line) => lines.push(line) })({ Records });
  expect(result).toEqual({ batchItemFailures: [{ itemIdentifier: '4421584500000000017450439011' }] });
  expect((await heard).map(({ detail }) => detail.seq)).toEqual([10]);
  expect(lines).toEqual([expect.stringContaining(reason)]);
});

it('sends nothing more once an entry was not taken, and reports its record', async () => {
  const asked: number[] = [];
  const service = await serve(({ body }) => {
    const { Entries } = JSON.parse(body.toString()) as { Entries: { Detail: string }[] };
    asked.push(Entries.length);
    const answers = Entries.map(({ Detail }) =>
      (JSON.parse(Detail) as { seq: number }).seq === 15
        ? { ErrorCode: 'ThrottlingException', ErrorMessage: 'Rate exceeded' }
        : { EventId: 'one' },
    );
    return {
      headers: { 'content-type': 'application/x-amz-json-1.1' },
      body: JSON.stringify({ FailedEntryCount: 1, Entries: answers }),
    };
  });
  const lines: string[] = [];
  const Records = Array.from({ length: 25 }, (_, at) => record(10 + at, [SUCCEEDED]));
  const client = new EventBridgeClient(service);
  const result = await publishHandler({ client, log: (line) => lines.push(line) })({ Records });
  expect(result).toEqual({ batchItemFailures: [{ itemIdentifier: '4421584500000000017450439015' }] });
  expect(asked).toEqual([10]);
  expect(lines).toEqual([expect.stringMatching(/was not taken: ThrottlingException Rate exceeded$/)]);
});

it('reports the first record where the bus cannot be reached at all', async () => {
  const service = await serve(() => ({ status: 400, body: '{"__type":"ResourceNotFoundException"}' }));
  const lines: string[] = [];
  const client = new EventBridgeClient(service);
  const result = await publishHandler({ client, log: (line) => lines.push(line) })({
    Records: [record(10, [SUCCEEDED])],
  });
  expect(result).toEqual({ batchItemFailures: [{ itemIdentifier: '4421584500000000017450439010' }] });
  expect(lines).toEqual([expect.stringContaining('was not taken: ResourceNotFoundException')]);
});
