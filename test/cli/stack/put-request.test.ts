import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { expect, test } from 'vitest';
import { putRequest } from '../../../lib/cli/stack/put-request.ts';
import { serve } from '../../aws/serve.ts';

/**
 * PutEvents answers 200 also where an entry failed: FailedEntryCount says how many, and each failed entry has its ErrorCode
 * (https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html).
 */
async function bus(...failures: readonly string[]) {
  const taken: unknown[] = [];
  const left = [...failures];
  const service = await serve(({ body }) => {
    const failure = left.shift();
    if (failure === undefined) taken.push(...JSON.parse(String(body)).Entries);
    const entry = failure === undefined ? { EventId: '1' } : { ErrorCode: failure, ErrorMessage: 'no' };
    return {
      headers: { 'content-type': 'application/x-amz-json-1.1' },
      body: JSON.stringify({ FailedEntryCount: failure === undefined ? 0 : 1, Entries: [entry] }),
    };
  });
  return { client: new EventBridgeClient(service), taken, left };
}

const REQUEST = { bus: 'NoneventBus1', detailType: 'Stop Requested', detail: { deployment: 'ab' } };

test('an entry that fails for a moment is put again, until it is taken', async () => {
  const { client, taken } = await bus('ThrottlingException', 'InternalFailure');
  await putRequest(client, REQUEST);
  expect(taken).toEqual([
    {
      EventBusName: 'NoneventBus1',
      Source: 'nonevent.cli',
      DetailType: 'Stop Requested',
      Detail: '{"deployment":"ab"}',
    },
  ]);
});

test('an entry that is refused for good is told with the reason of the bus, at once', async () => {
  const { client, taken, left } = await bus('MalformedDetail', 'InternalFailure');
  await expect(putRequest(client, REQUEST)).rejects.toMatchObject({
    code: 'Unreachable',
    message: 'the bus refused Stop Requested: MalformedDetail: no',
  });
  expect([taken, left]).toEqual([[], ['InternalFailure']]);
});
