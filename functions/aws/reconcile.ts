import type { Artifacts } from '../../lib/artifacts/artifacts.ts';
import type { Targets } from '../../lib/targets/target.ts';
import { reconcileHandler } from '../reconcile.ts';
import { countingLost } from './serving/counting-lost.ts';
import { readEnvironment } from './serving/environment.ts';
import { openExecutions } from './serving/executions.ts';
import { openHistory } from './serving/history.ts';
import { onDemand } from './serving/on-demand.ts';
import { onLambda } from './serving/on-lambda.ts';

const environment = readEnvironment();
const artifacts = onDemand<Artifacts>({ pack: true, unpack: true }, async () =>
  (await import('./serving/artifacts.ts')).openArtifacts(environment.NONEVENT_ARTIFACTS),
);
const services = {
  store: openHistory(environment),
  executions: openExecutions(environment),
  targets: onDemand<Targets>({ target: true, runtime: true }, async () =>
    (await import('../../lib/targets/aws/aws-targets.ts')).createAwsTargets({ artifacts }),
  ),
  now: Date.now,
};

export const handler = onLambda(({ log, count }) =>
  countingLost(reconcileHandler({ ...services, log }), count),
);
