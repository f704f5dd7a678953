import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { AwsError } from '../aws-error.ts';
import { isTooDeep } from '../json-depth.ts';
import { operation, type Service } from '../json-protocol.ts';
import { LOCAL_ACCOUNT, LOCAL_REGION } from '../step-functions/arns.ts';
import type { BusEvent } from './event.ts';
import type { EventBus } from './event-bus.ts';

/** EventBridge's PutEvents and DescribeEventBus (https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html). */
export function eventBridgeService(bus: EventBus): Service {
  return {
    contentType: 'application/x-amz-json-1.1',
    operations: {
      DescribeEventBus: operation(z.object({ Name: z.string().default('default') }), async ({ Name }) => {
        if (Name !== 'default')
          throw new AwsError('ResourceNotFoundException', `Event bus ${Name} does not exist.`);
        return { Name, Arn: `arn:aws:events:${LOCAL_REGION}:${LOCAL_ACCOUNT}:event-bus/${Name}` };
      }),
      PutEvents: operation(z.object({ Entries: z.array(entry).min(1).max(10) }), async ({ Entries }) => {
        checkSize(Entries);
        const results = Entries.map(accept);
        const accepted = results.flatMap((result) => ('event' in result ? [result.event] : []));
        await bus.publish(accepted);
        return {
          FailedEntryCount: results.length - accepted.length,
          Entries: results.map((result) =>
            'event' in result
              ? { EventId: result.event.id }
              : { ErrorCode: result.code, ErrorMessage: result.message },
          ),
        };
      }),
    },
  };
}

const entry = z.object({
  Source: z.string().optional(),
  DetailType: z.string().optional(),
  Detail: z.string().optional(),
  Time: z.number().optional().describe('Seconds since 1970.'),
  Resources: z.array(z.string()).default([]),
  EventBusName: z.string().optional(),
});
type Entry = z.output<typeof entry>;

/** An event that the local system itself says, such as one of `aws.states`. */
export function eventOf(
  parts: Pick<BusEvent, 'source' | 'detail-type' | 'resources' | 'detail'>,
  at: Date,
): BusEvent {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': parts['detail-type'],
    source: parts.source,
    account: LOCAL_ACCOUNT,
    time: `${at.toISOString().slice(0, 19)}Z`,
    region: LOCAL_REGION,
    resources: parts.resources,
    detail: parts.detail,
  };
}

type Accepted = { readonly event: BusEvent } | { readonly code: string; readonly message: string };

const DETAIL_TYPE_CHARACTERS = 128;
const detail = z.record(z.string(), z.json());

function accept({ Source, DetailType, Detail, Time, Resources, EventBusName }: Entry): Accepted {
  if (!Source || !DetailType || !Detail) {
    return { code: 'InvalidArgument', message: 'Source, DetailType and Detail are required.' };
  }
  if (DetailType.length > DETAIL_TYPE_CHARACTERS) {
    return { code: 'InvalidArgument', message: `DetailType is over ${DETAIL_TYPE_CHARACTERS} characters.` };
  }
  if (Source.startsWith('aws.')) {
    return { code: 'NotAuthorizedForSourceException', message: 'Not authorized for the source.' };
  }
  if (EventBusName !== undefined && EventBusName !== 'default') {
    return { code: 'InvalidArgument', message: `Event bus ${EventBusName} does not exist.` };
  }
  if (isTooDeep(Detail)) return { code: 'MalformedDetail', message: 'Detail is nested too deeply.' };
  const parsed = detail.safeParse(parseJson(Detail));
  if (!parsed.success) return { code: 'MalformedDetail', message: 'Detail is malformed.' };
  const at = Time === undefined ? new Date() : new Date(Time * 1000);
  if (Number.isNaN(at.getTime())) return { code: 'InvalidArgument', message: 'Time is no time.' };
  return {
    event: eventOf(
      { source: Source, 'detail-type': DetailType, resources: Resources, detail: parsed.data },
      at,
    ),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const BYTES_AT_MOST = 1_048_576;
const TIME_BYTES = 14;

/** Counts as https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html#eb-putevent-size says. */
function checkSize(entries: readonly Entry[]): void {
  const bytes = entries
    .flatMap(({ Source = '', DetailType = '', Detail = '', Time, Resources }) => [
      Time === undefined ? 0 : TIME_BYTES,
      ...[Source, DetailType, Detail, ...Resources].map((text) => Buffer.byteLength(text)),
    ])
    .reduce((sum, count) => sum + count, 0);
  if (bytes < BYTES_AT_MOST) return;
  throw new AwsError(
    'ValidationException',
    `Total size of the entries in the request is over the limit: ${bytes} bytes.`,
  );
}
