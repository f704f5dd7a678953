import { Buffer } from 'node:buffer';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import {
  type EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
} from '@aws-sdk/client-eventbridge';
import { z } from 'zod';
import { commitOf } from '../../history/item.ts';
import { OUTBOUND_SOURCE, outboundEvents } from '../../history/outbound-event.ts';
import { messageOf, nameOf } from '../../nonevent-error.ts';

/** A record of a table's stream, as Lambda gives it (https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html). */
export const streamRecord = z.object({
  eventName: z.string(),
  dynamodb: z.object({
    SequenceNumber: z.string(),
    Keys: z.record(z.string(), z.unknown()).optional(),
    NewImage: z.record(z.string(), z.unknown()).optional(),
  }),
});
export type StreamRecord = z.output<typeof streamRecord>;

/** What Lambda takes the first failed record from: it repeats that one and all after it, and none before. */
export type BatchResult = { readonly batchItemFailures: readonly { readonly itemIdentifier: string }[] };

export type PublishOptions = {
  readonly client: EventBridgeClient;
  /** Name or ARN of the event bus. @default the account's default bus */
  readonly bus?: string;
  readonly log: (line: string) => void;
};

/**
 * Tells the events of new commits, in the order of the stream. Nothing is sent once something could not be: so no request leaves before
 * the one in front of it was taken whole, and what is told again after a failure is told in order again. Listeners know a repeated
 * event by its stream, seq and index.
 *
 * A record that cannot be told, however often it is tried, is logged with its reason and reported like any other; the event source gives
 * it up after its bounded attempts, keeps it in its dead-letter queue, and goes on with its neighbours.
 */
export async function publishRecords(
  options: PublishOptions,
  records: readonly StreamRecord[],
): Promise<BatchResult> {
  const { entries, poison } = entriesOf(records, options);
  for (const batch of batchesOf(entries)) {
    const failed = await send(options, batch);
    if (failed !== undefined) return failedAt(failed.record);
  }
  return poison === undefined ? { batchItemFailures: [] } : failedAt(poison);
}

type Entry = { readonly record: StreamRecord; readonly entry: PutEventsRequestEntry };

function failedAt({ dynamodb }: StreamRecord): BatchResult {
  return { batchItemFailures: [{ itemIdentifier: dynamodb.SequenceNumber }] };
}

/** The entries of all records before the first that cannot be told. */
function entriesOf(
  records: readonly StreamRecord[],
  { bus, log }: PublishOptions,
): { readonly entries: readonly Entry[]; readonly poison: StreamRecord | undefined } {
  const entries: Entry[] = [];
  for (const record of records) {
    if (record.eventName !== 'INSERT') {
      log(
        `${named(record)} is a ${record.eventName}: commits are only ever added; run \`nonevent audit verify\``,
      );
      continue;
    }
    const commit = commitOf((record.dynamodb.NewImage ?? {}) as Record<string, AttributeValue>);
    try {
      if (commit === undefined) throw new Error('it holds no commit: expected the new image of an item');
      for (const { type, detail } of outboundEvents(commit)) {
        const entry = {
          Source: OUTBOUND_SOURCE,
          DetailType: type,
          Detail: JSON.stringify(detail),
          ...(bus === undefined ? {} : { EventBusName: bus }),
        };
        entries.push({ record, entry });
      }
    } catch (thrown) {
      log(`${named(record)} cannot be told: ${messageOf(thrown)}`);
      return { entries, poison: record };
    }
  }
  return { entries, poison: undefined };
}

function named({ dynamodb }: StreamRecord): string {
  return `record ${dynamodb.SequenceNumber} of ${JSON.stringify(dynamodb.Keys ?? {}).slice(0, 200)}`;
}

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
const ENTRIES_AT_MOST = 10;
/** Some regions count the entries of a request together (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html). */
const REQUEST_BYTES_AT_MOST = 256 * 1024 - 1;

function batchesOf(entries: readonly Entry[]): readonly (readonly Entry[])[] {
  const batches: Entry[][] = [];
  let bytes = 0;
  for (const entry of entries) {
    const size = sizeOf(entry.entry);
    const last = batches.at(-1);
    if (last === undefined || last.length >= ENTRIES_AT_MOST || bytes + size > REQUEST_BYTES_AT_MOST) {
      batches.push([entry]);
      bytes = size;
    } else {
      last.push(entry);
      bytes += size;
    }
  }
  return batches;
}

function sizeOf({ Source = '', DetailType = '', Detail = '' }: PutEventsRequestEntry): number {
  return Buffer.byteLength(Source) + Buffer.byteLength(DetailType) + Buffer.byteLength(Detail);
}

/** The first entry that was not taken. */
async function send({ client, log }: PublishOptions, batch: readonly Entry[]): Promise<Entry | undefined> {
  try {
    const { Entries = [] } = await client.send(
      new PutEventsCommand({ Entries: batch.map(({ entry }) => entry) }),
    );
    // An answer that does not speak of an entry has not said that it was taken.
    const failed = batch.findIndex((_, index) => Entries[index]?.EventId === undefined);
    const found = batch[failed];
    if (found === undefined) return undefined;
    const { ErrorCode = 'no answer', ErrorMessage = '' } = Entries[failed] ?? {};
    log(`${named(found.record)} was not taken: ${ErrorCode} ${ErrorMessage}`.trim());
    return found;
  } catch (thrown) {
    const name = nameOf(thrown);
    const [first] = batch;
    if (first !== undefined) log(`${named(first.record)} was not taken: ${name}: ${messageOf(thrown)}`);
    return first;
  }
}
