import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { beginningOf } from '../history/chain.ts';
import type { StreamName } from '../history/event-store.ts';
import type { Item } from '../history/item.ts';
import { queryPages } from '../history/query-pages.ts';
import type { Seal } from '../history/seal-events.ts';
import { checkCommit } from './check-commit.ts';
import type { Finding } from './finding.ts';
import { scanPages } from './scan-pages.ts';
import { foldSeals, type SealChain } from './seal.ts';

export type ReadSealsOptions = {
  readonly client: DynamoDBClient;
  readonly table: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The key that every seal has to be signed with. @default the key that the first seal pins */
  readonly publicKey?: string;
};

/** The seals of a table, verified one after the other, up to the first that is not what it should be. */
export type SealReading = { readonly chain: SealChain; readonly finding: Finding | undefined };

/**
 * Reads and verifies all seals. What follows the first bad seal proves nothing.
 *
 * Errors: `StoreUnavailable`.
 */
export async function readSeals(options: ReadSealsOptions): Promise<SealReading> {
  const seals = gatherSeals();
  for await (const items of scanPages({ client: options.client, table: options.table, prefix: 'seal#' }))
    seals.take(items);
  // A scan is no snapshot: a seal that was made while it ran may be missing in it although a later one is there.
  return seals.fold(options, (stream) => itemsOf(options, stream));
}

/**
 * Gathers items of seals in any order and folds them once all are there. `missing` is asked for the items of a seal that was not
 * given although a later one was.
 */
export function gatherSeals() {
  const found = new Map<number, Item[]>();
  let stray: string | undefined;
  return {
    take(items: readonly Item[]): void {
      for (const item of items) {
        const number = Number(/^seal#([1-9]\d{0,8})$/.exec(item.stream?.S ?? '')?.[1] ?? Number.NaN);
        if (Number.isNaN(number)) stray ??= item.stream?.S;
        else found.set(number, [...(found.get(number) ?? []), item]);
      }
    },
    async fold(
      { now, publicKey }: Pick<ReadSealsOptions, 'now' | 'publicKey'>,
      missing: (stream: StreamName) => Promise<readonly Item[]>,
    ): Promise<SealReading> {
      const chain = foldSeals(now, publicKey);
      const last = Math.max(0, ...found.keys());
      for (let number = 1; number <= last; number += 1) {
        const stream: StreamName = `seal#${number}`;
        const seal = sealIn(stream, found.get(number) ?? (await missing(stream)), last);
        if ('problem' in seal) return { chain, finding: seal };
        const problem = chain.add(seal);
        if (problem !== undefined) return { chain, finding: { stream, seq: 1, problem } };
      }
      const finding =
        stray === undefined ? undefined : { stream: stray, seq: 1, problem: 'no seal has such a name' };
      return { chain, finding };
    },
  };
}

async function itemsOf({ client, table }: ReadSealsOptions, stream: StreamName): Promise<readonly Item[]> {
  const pages = queryPages(client, {
    TableName: table,
    ConsistentRead: true,
    KeyConditionExpression: '#stream = :stream',
    ExpressionAttributeNames: { '#stream': 'stream' },
    ExpressionAttributeValues: { ':stream': { S: stream } },
  });
  const items: Item[] = [];
  for await (const page of pages) items.push(...page);
  return items;
}

/** The one seal that a seal's stream holds. */
function sealIn(stream: StreamName, items: readonly Item[], last: number): Seal | Finding {
  const [item, another] = items;
  if (item === undefined)
    return { stream, seq: 1, problem: `it is gone, although there are seals up to seal#${last}` };
  const checked = checkCommit(beginningOf(stream), item);
  if (!checked.sound) return checked.finding;
  const [event, second] = checked.commit.events;
  if (event?.type !== 'Sealed' || second !== undefined)
    return { stream, seq: 1, problem: `it holds ${event?.type}, expected one Sealed and nothing else` };
  if (another !== undefined) return { stream, seq: 2, problem: 'a seal is one commit, and it has more' };
  return event.data;
}
