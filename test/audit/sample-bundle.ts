import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { exportBundle } from '../../lib/audit/bundle/export-bundle.ts';
import type { Scope } from '../../lib/audit/bundle/lines.ts';
import { makeSeal } from '../../lib/audit/make-seal.ts';
import { createDynamoDBEventStore } from '../../lib/history/dynamodb-event-store.ts';
import { FIRST_STREAM, SUCCEEDS, write, writeSampleHistory } from './sample-history.ts';
import { temporarySigner } from './temporary-signer.ts';

/** When the seals of the samples were made. */
export const NOW = Date.UTC(2026, 10, 23, 4);

/** Writes the sample history into an empty table, with two seals on the way. */
export async function writeSealedHistory(client: DynamoDBClient, table: string): Promise<void> {
  const store = createDynamoDBEventStore({ client, table, now: () => NOW });
  const seal = { client, table, store, signer: temporarySigner(), now: () => NOW };
  await write(store, FIRST_STREAM, SUCCEEDS.slice(0, 6));
  await makeSeal(seal);
  await write(store, FIRST_STREAM, SUCCEEDS.slice(6));
  await writeSampleHistory(store, [FIRST_STREAM]);
  await makeSeal(seal);
}

/** A bundle of a table, as its lines. */
export async function bundleOf(
  client: DynamoDBClient,
  table: string,
  scope: Scope,
): Promise<readonly string[]> {
  const store = createDynamoDBEventStore({ client, table });
  const lines: string[] = [];
  for await (const line of exportBundle({ client, table, store, now: NOW, scope })) lines.push(line);
  return lines;
}
