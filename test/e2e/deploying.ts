import { DescribeExecutionCommand } from '@aws-sdk/client-sfn';
import { vi } from 'vitest';
import { createArtifactStore } from '../../lib/artifacts/artifact-store.ts';
import type { System } from '../../lib/cli/system.ts';
import { environmentStream, foldEnvironment } from '../../lib/environments/environment.ts';
import type { DeploymentId } from '../../lib/history/deployment-id.ts';
import { deriveDeploymentId, pipelineDigest, releaseDigest } from '../../lib/history/digests.ts';
import type { Commit } from '../../lib/history/event-store.ts';
import type { Deployment } from '../../lib/lifecycle/deployment.ts';
import { replay } from '../../lib/lifecycle/replay.ts';
import { clientsFor, destroyClients } from '../../lib/local/clients.ts';
import { readConnection } from '../../lib/local/connection.ts';
import { executionArn } from '../../lib/local/step-functions/arns.ts';
import type { Pipeline } from '../../lib/pipeline/pipeline.ts';
import { readPipeline } from '../../lib/pipeline/read-pipeline.ts';
import { stateMachineName } from '../../lib/stages/drive/executions.ts';
import type { DeploymentRequest } from '../../lib/stages/drive/request-deployment.ts';
import { type Ground, PATIENCE } from './ground.ts';

export type Request = DeploymentRequest & { readonly deployment: DeploymentId };

/** What `nonevent deploy` asks for: a version of the ground's source, by the pipeline in a text. */
export async function requestOf(ground: Ground, text: string, version: string): Promise<Request> {
  const reading = readPipeline(text, 'nonevent.yaml');
  if (!reading.ok) throw new Error(JSON.stringify(reading.findings, null, 2));
  const artifact = await createArtifactStore(`${ground.data}/artifacts`).pack(ground.source, 'nothing');
  return withTrigger({ pipeline: reading.pipeline, release: { version, artifact } }, 'test');
}

/** The same deployment for another reason, which makes it another one. */
export function withTrigger(
  { pipeline, release }: Pick<DeploymentRequest, 'pipeline' | 'release'>,
  triggerId: string,
): Request {
  const content = { pipelineDigest: pipelineDigest(pipeline), releaseDigest: releaseDigest(release) };
  return {
    deployment: deriveDeploymentId({ ...content, triggerId }),
    pipeline,
    release,
    trigger: { id: triggerId, source: 'test', actor: 'tester' },
  };
}

/** Installs the pipeline and puts the request on the bus, as `nonevent deploy` does. */
export async function request(system: System, asked: Request): Promise<void> {
  await system.register(asked.pipeline);
  await system.publish('Deployment Requested', asked);
}

/** The commits of a deployment, once they say what is waited for. */
export function commitsOnce(
  { store }: System,
  id: DeploymentId,
  holds: (deployment: Deployment, commits: readonly Commit[]) => boolean,
): Promise<readonly Commit[]> {
  return vi.waitFor(async () => {
    const { commits } = await store.load(`deployment#${id}`);
    if (commits.length === 0) throw new Error(`deployment ${id} is not there`);
    const deployment = replay(commits);
    if (holds(deployment, commits)) return commits;
    throw new Error(`deployment ${id} is at ${deployment.state.join(', ')}: ${eventsIn(commits).join(', ')}`);
  }, PATIENCE);
}

/** The deployment, once it has ended. */
export async function ended(system: System, id: DeploymentId): Promise<Deployment> {
  return replay(await commitsOnce(system, id, ({ view }) => view.outcome !== undefined));
}

/** The events that concern a stage or the deployment as a whole, in few words each: type, attempt, mode, recovery. */
export function eventsIn(commits: readonly Commit[], stage?: string): readonly string[] {
  return commits
    .flatMap((commit) => commit.events)
    .flatMap(({ type, data }) => {
      const of = 'stage' in data ? data.stage : undefined;
      if (stage !== undefined && of !== stage) return [];
      const attempt = 'attempt' in data ? data.attempt : undefined;
      const failure = 'failure' in data ? [data.failure.mode, data.failure.recovery] : [];
      return [
        [type, stage === undefined ? of : undefined, attempt, ...failure]
          .filter((part) => part !== undefined)
          .join(' '),
      ];
    });
}

export async function environmentNow(
  { store }: System,
  name: string,
): Promise<ReturnType<typeof foldEnvironment>> {
  return foldEnvironment((await store.load(environmentStream(name))).commits);
}

/** How a run of a deployment's execution ended: its status and, where it failed, its error. */
export async function executionEnding(
  ground: Ground,
  { pipeline, deployment }: { readonly pipeline: Pipeline; readonly deployment: DeploymentId },
  run: number,
): Promise<string> {
  const clients = clientsFor(await readConnection(ground.data));
  const name = run === 0 ? deployment : `${deployment}-${run}`;
  const arn = executionArn(stateMachineName(pipeline.pipeline, pipelineDigest(pipeline)), name);
  try {
    return await vi.waitFor(async () => {
      const { status, error } = await clients.states
        .send(new DescribeExecutionCommand({ executionArn: arn }))
        .catch(({ name: status }) => ({ status, error: undefined }));
      if (status === 'RUNNING') throw new Error('it runs');
      return [status, error].filter((part) => part !== undefined).join(' ');
    }, PATIENCE);
  } finally {
    destroyClients(clients);
  }
}
