import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { createKmsSigner } from '../../lib/audit/kms-signer.ts';
import { CLIENT_CONFIG } from '../../lib/aws/client-config.ts';
import { sealHandler } from '../seal.ts';
import { countingUnsound } from './serving/counting-unsound.ts';
import { readEnvironment } from './serving/environment.ts';
import { openHistory } from './serving/history.ts';
import { onLambda } from './serving/on-lambda.ts';

const environment = readEnvironment();
const keys = new KMSClient({});
const services = {
  client: new DynamoDBClient(CLIENT_CONFIG),
  table: environment.NONEVENT_TABLE,
  store: openHistory(environment),
  signer: () => createKmsSigner(keys, environment.NONEVENT_SIGNING_KEY),
  copies: { client: new S3Client({}), bucket: environment.NONEVENT_SEALS },
  now: Date.now,
};

export const handler = onLambda(({ log, count }) =>
  countingUnsound(sealHandler({ ...services, log }), count),
);
