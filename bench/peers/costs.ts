import { Buffer } from 'node:buffer';
import type { AttributeValue, DynamoDBClient, PutItemCommandInput } from '@aws-sdk/client-dynamodb';

/** What a client has sent since it was watched. */
export type Costs = { requests: number; writeUnits: number; bytes: number };

/**
 * Watches a client: its requests, and the write units of what it puts, one for each begun KB of the item, and one for the entry of
 * each sparse index that the item is in, which is below a KB.
 *
 * Source: DynamoDB Developer Guide, "DynamoDB item sizes and formats" and "DynamoDB read and write operations".
 */
export function watchCosts(
  client: DynamoDBClient,
  indexesOf: (item: Record<string, AttributeValue>) => number,
): Costs {
  const costs: Costs = { requests: 0, writeUnits: 0, bytes: 0 };
  client.middlewareStack.add(
    (next) => async (request) => {
      costs.requests += 1;
      const { Item } = request.input as PutItemCommandInput;
      if (Item !== undefined) {
        const bytes = sizeOfMembers(Item);
        costs.bytes += bytes;
        costs.writeUnits += Math.ceil(bytes / 1024) + indexesOf(Item);
      }
      return next(request);
    },
    { step: 'initialize' },
  );
  return costs;
}

function sizeOfMembers(members: Record<string, AttributeValue>): number {
  return Object.entries(members).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + sizeOf(value),
    0,
  );
}

/** Lists and maps cost three bytes and one for each element besides what is in them; numbers about half their digits. */
function sizeOf(value: AttributeValue): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.N !== undefined) return Math.ceil(value.N.replace(/[-.]/g, '').length / 2) + 1;
  if (value.M !== undefined) return 3 + Object.keys(value.M).length + sizeOfMembers(value.M);
  if (value.L !== undefined) return 3 + value.L.reduce((sum, element) => sum + 1 + sizeOf(element), 0);
  return 1;
}
