import { createFolderDefinitions } from '../../lib/stages/cloud/definitions.ts';
import type { ReleaseObjects } from '../../lib/stages/cloud/release-objects.ts';
import { triggerHandler } from '../trigger.ts';
import { readEnvironment } from './serving/environment.ts';
import { openExecutions } from './serving/executions.ts';
import { openHistory } from './serving/history.ts';
import { onDemand } from './serving/on-demand.ts';
import { onLambda } from './serving/on-lambda.ts';

const environment = readEnvironment();
const services = {
  store: openHistory(environment),
  executions: openExecutions(environment),
  definitions: createFolderDefinitions(environment.NONEVENT_DEFINITIONS),
  objects: onDemand<ReleaseObjects>({ take: true }, async () =>
    (await import('./serving/release-objects.ts')).openReleaseObjects(environment.NONEVENT_ARTIFACTS),
  ),
  account: environment.NONEVENT_ACCOUNT,
};

export const handler = onLambda(() => triggerHandler(services));
