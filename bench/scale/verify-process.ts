import { argv } from 'node:process';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { verifyHistory } from '../../lib/audit/verify-history.ts';
import { CLIENT_CONFIG } from '../../lib/aws/client-config.ts';

/** Verifies the table of an endpoint as `audit verify` does, and says what that took and the most memory that was resident. */
const client = new DynamoDBClient({
  ...CLIENT_CONFIG,
  region: 'eu-central-1',
  endpoint: `http://127.0.0.1:${argv[2]}`,
  credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
});
const begun = performance.now();
const { streams, events, findings } = await verifyHistory({ client, table: 'history', now: Date.now() });
process.send?.({
  streams,
  events,
  findings: findings.length,
  seconds: (performance.now() - begun) / 1000,
  kilobytes: process.resourceUsage().maxRSS,
});
client.destroy();
process.disconnect();
