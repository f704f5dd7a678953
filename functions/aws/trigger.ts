import { S3Client } from '@aws-sdk/client-s3';
import { createFolderDefinitions } from '../../lib/stages/cloud/definitions.ts';
import { createReleaseObjects } from '../../lib/stages/cloud/release-objects.ts';
import { S3_CONFIG } from '../../lib/stages/cloud/s3-artifacts.ts';
import { triggerHandler } from '../trigger.ts';
import { readEnvironment } from './environment.ts';
import { openExecutions } from './executions.ts';
import { openHistory } from './history.ts';
import { onLambda } from './on-lambda.ts';

const environment = readEnvironment();
const bucket = { client: new S3Client(S3_CONFIG), bucket: environment.NONEVENT_ARTIFACTS };
const services = {
  store: openHistory(environment),
  executions: openExecutions(environment),
  definitions: createFolderDefinitions(environment.NONEVENT_DEFINITIONS),
  objects: createReleaseObjects(bucket),
  account: environment.NONEVENT_ACCOUNT,
};

export const handler = onLambda(() => triggerHandler(services));
