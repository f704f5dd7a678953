import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';

/**
 * How long and how often the SDK tries: every request is bounded by a time, and by five attempts with jittered,
 * doubling pauses. That rides out a burst of throttling of a few seconds; what lasts longer is `StoreUnavailable`.
 * Spread into the configuration of each DynamoDBClient that an event store is given.
 *
 * Source: AWS SDK for JavaScript v3, retry behaviour `standard` (500 ms base for throttling, 20 s at most per pause).
 */
export const CLIENT_CONFIG = {
  retryMode: 'standard',
  maxAttempts: 5,
  requestHandler: { connectionTimeout: 1000, requestTimeout: 5000, throwOnRequestTimeout: true },
} as const satisfies DynamoDBClientConfig;
