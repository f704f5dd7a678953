import type { Artifacts } from '../../lib/artifacts/artifacts.ts';
import { coolRevisions } from '../../lib/stages/drive/cool-revisions.ts';
import { reconcile } from '../../lib/stages/drive/reconcile.ts';
import type { Targets } from '../../lib/targets/target.ts';
import { readEnvironment } from './environment.ts';
import { openExecutions } from './executions.ts';
import { openHistory } from './history.ts';
import { onDemand } from './on-demand.ts';
import { onLambda } from './on-lambda.ts';

const environment = readEnvironment();
const services = { store: openHistory(environment), executions: openExecutions(environment) };
const artifacts = onDemand<Artifacts>(['pack', 'unpack'], async () =>
  (await import('./artifacts.ts')).openArtifacts(environment.NONEVENT_ARTIFACTS),
);
const targets = onDemand<Targets>(['target', 'runtime'], async () =>
  (await import('../../lib/targets/aws/aws-targets.ts')).createAwsTargets({ artifacts }),
);

export const handler = onLambda(({ log, count }) => async () => {
  const reconciled = await reconcile({ ...services, log });
  count('RunsLost', reconciled.drivenOn.length);
  const cooled = await coolRevisions({ store: services.store, targets, now: Date.now, log });
  return { ...reconciled, cooled };
});
