import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';

/** Opening and concluding commits by time. */
export const INDEX_BY_TIME = 'ix-by-time';
/** Opening and concluding commits by stream, so that a deployment is found by the first digits of its id. */
export const INDEX_BY_STREAM = 'ix-by-stream';

/**
 * The table that histories are kept in: one item per commit, and two sparse indexes over the few commits that carry
 * `ix`. Why two: docs/decisions/0002-history-index.md.
 */
export function tableDefinition(name: string) {
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'stream', AttributeType: 'S' },
      { AttributeName: 'seq', AttributeType: 'N' },
      { AttributeName: 'ix', AttributeType: 'S' },
      { AttributeName: 'ixAt', AttributeType: 'S' },
    ],
    KeySchema: [
      { AttributeName: 'stream', KeyType: 'HASH' },
      { AttributeName: 'seq', KeyType: 'RANGE' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: INDEX_BY_TIME,
        KeySchema: [
          { AttributeName: 'ix', KeyType: 'HASH' },
          { AttributeName: 'ixAt', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
      {
        IndexName: INDEX_BY_STREAM,
        KeySchema: [
          { AttributeName: 'ix', KeyType: 'HASH' },
          { AttributeName: 'stream', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
  } as const satisfies CreateTableCommandInput;
}
