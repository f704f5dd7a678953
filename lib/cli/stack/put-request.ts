import { setTimeout as pause } from 'node:timers/promises';
import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { NoneventError } from '../../nonevent-error.ts';

/** A request as it is put on a bus. */
export type RequestEvent = {
  /** @default the bus that the account has by itself */
  readonly bus?: string;
  readonly detailType: string;
  readonly detail: object;
};

/** The source of every event that the command line publishes. */
const SOURCE = 'nonevent.cli';
const ATTEMPTS_AT_MOST = 5;
const FIRST_PAUSE_MS = 200; // doubles with each attempt

/**
 * Puts one event on a bus. The SDK repeats requests that fail; an entry that fails within a request that succeeded is repeated here. Taken
 * twice it does no harm: every request names what it asks for.
 *
 * Errors: `Unreachable` with the reason of the bus; those of the SDK.
 */
export async function putRequest(
  client: EventBridgeClient,
  { bus, detailType, detail }: RequestEvent,
): Promise<void> {
  const entry = {
    ...(bus === undefined ? {} : { EventBusName: bus }),
    Source: SOURCE,
    DetailType: detailType,
    Detail: JSON.stringify(detail),
  };
  for (let attempt = 1; ; attempt += 1) {
    const { FailedEntryCount = 0, Entries = [] } = await client.send(
      new PutEventsCommand({ Entries: [entry] }),
    );
    if (FailedEntryCount === 0) return;
    const { ErrorCode = 'unknown', ErrorMessage = 'no reason given' } = Entries[0] ?? {};
    if (attempt >= ATTEMPTS_AT_MOST || !/Throttl|Internal|Unavailable/.test(ErrorCode)) {
      throw new NoneventError('Unreachable', `the bus refused ${detailType}: ${ErrorCode}: ${ErrorMessage}`, {
        fields: { error: ErrorCode },
        hint: 'run `nonevent doctor`; typing the command again is safe',
      });
    }
    await pause(FIRST_PAUSE_MS * 2 ** (attempt - 1));
  }
}
