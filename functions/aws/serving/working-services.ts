import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Artifacts } from '../../../lib/artifacts/artifacts.ts';
import type { Flags } from '../../../lib/environments/flags.ts';
import { AWS_POLICY } from '../../../lib/stages/address-policy.ts';
import { type Builds, POLL_MS } from '../../../lib/stages/cloud/builds.ts';
import type { FunctionInvoker } from '../../../lib/stages/cloud/function-invoker.ts';
import type { CloudMetrics } from '../../../lib/stages/cloud/metrics.ts';
import type { Services } from '../../../lib/stages/drive/services.ts';
import type { TaskAnswers } from '../../../lib/stages/drive/task-answers.ts';
import type { Targets } from '../../../lib/targets/target.ts';
import { countingOutcomes } from './counting-outcomes.ts';
import type { Environment } from './environment.ts';
import { openHistory } from './history.ts';
import { onDemand } from './on-demand.ts';
import type { Invocation } from './on-lambda.ts';

/** What driving a deployment needs, for each invocation; everything that outlives one is made once. */
export function workingServices(environment: Environment): (invocation: Invocation) => Services {
  const bucket = environment.NONEVENT_ARTIFACTS;
  const store = openHistory(environment);
  const artifacts = onDemand<Artifacts>({ pack: true, unpack: true }, async () =>
    (await import('./artifacts.ts')).openArtifacts(bucket),
  );
  const shared = {
    artifacts,
    targets: onDemand<Targets>({ target: true, runtime: true }, async () =>
      (await import('../../../lib/targets/aws/aws-targets.ts')).createAwsTargets({ artifacts }),
    ),
    cloud: {
      builds: {
        pollMs: POLL_MS,
        ...onDemand<Omit<Builds, 'pollMs'>>({ find: true, start: true, stop: true }, async () =>
          (await import('./builds.ts')).openBuilds(bucket),
        ),
      },
      functions: onDemand<FunctionInvoker>({ invoke: true }, async () =>
        (await import('./invoker.ts')).openInvoker(),
      ),
      metrics: onDemand<CloudMetrics>({ datapoints: true, alarms: true }, async () =>
        (await import('./metrics.ts')).openMetrics(),
      ),
    },
    answers: onDemand<TaskAnswers>({ succeed: true, fail: true }, async () =>
      (await import('./answers.ts')).openAnswers(),
    ),
    flags: onDemand<Flags>({ publish: true }, async () =>
      (await import('./flags.ts')).openFlags(environment, store),
    ),
    addresses: AWS_POLICY,
    workFolder,
    lookForStopEveryMs: LOOK_FOR_STOP_EVERY_MS,
    now: Date.now,
  };
  return ({ log, closing, count }) => ({ ...shared, store: countingOutcomes(store, count), log, closing });
}

/** A stop is seen within two seconds, and a stage of 15 minutes costs 450 reads at most. */
const LOOK_FOR_STOP_EVERY_MS = 2000;

async function workFolder(deployment: string): Promise<string> {
  const folder = join(tmpdir(), 'work', deployment);
  await mkdir(folder, { recursive: true });
  return folder;
}
