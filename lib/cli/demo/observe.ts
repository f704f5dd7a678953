import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { DescribeExecutionCommand } from '@aws-sdk/client-sfn';
import { z } from 'zod';
import { verifyChain } from '../../audit/verify-chain.ts';
import { environmentStream, foldEnvironment } from '../../environments/environment.ts';
import { pipelineDigest } from '../../history/digests.ts';
import type { EventStore } from '../../history/event-store.ts';
import { deploymentStream } from '../../history/stream-name.ts';
import { replay } from '../../lifecycle/replay.ts';
import type { DeploymentView } from '../../lifecycle/view.ts';
import { executionArn } from '../../local/step-functions/arns.ts';
import type { LocalSystem } from '../../local/system.ts';
import type { ChangeStage } from '../../pipeline/stage.ts';
import { changesOf } from '../../pipeline/steps.ts';
import { stateMachineName } from '../../stages/drive/executions.ts';
import { readRecord } from '../../targets/process/record-file.ts';
import type { EndedDeployment } from '../exit-code-of-deployment.ts';
import { BAD, ENVIRONMENT, PIPELINE, type PlannedDeployment } from './plan.ts';
import type { Aftermath, Deployed } from './record.ts';

/** Reads a deployment again from what is stored, once it has ended. */
export async function observeDeployed(
  system: LocalSystem,
  store: EventStore,
  planned: PlannedDeployment,
  followed: EndedDeployment,
): Promise<Deployed> {
  const { commits } = await store.load(deploymentStream(followed.view.deployment));
  const execution = await endOfExecution(system, followed.view);
  return { planned, followed, commits, replayed: replay(commits), execution };
}

const EXECUTION_MILLISECONDS = 5000;

/** The ending that Step Functions knows of, or its status where it knows of none in time. */
async function endOfExecution({ clients }: LocalSystem, view: DeploymentView): Promise<string> {
  const machine = stateMachineName(view.pipeline.pipeline, pipelineDigest(view.pipeline));
  const describe = new DescribeExecutionCommand({ executionArn: executionArn(machine, view.deployment) });
  const deadline = performance.now() + EXECUTION_MILLISECONDS;
  for (;;) {
    const { status, error } = await clients.states.send(describe);
    if (status === 'SUCCEEDED') return 'succeeded';
    if (status !== 'RUNNING' || performance.now() > deadline) return error ?? status ?? 'unknown';
    await pause(20);
  }
}

/** Looks at everything that the deployments have left behind. */
export async function observeAftermath(
  system: LocalSystem,
  store: EventStore,
  deployed: readonly Deployed[],
): Promise<Aftermath> {
  const { clients, connection, folder } = system;
  const { commits } = await store.load(environmentStream(ENVIRONMENT));
  const count = (wanted: 'LeaseAcquired' | 'LeaseReleased') =>
    commits.flatMap(({ events }) => events).filter(({ type }) => type === wanted).length;
  const target = await readRecord(join(folder.targets, ENVIRONMENT, PIPELINE));
  return {
    environment: foldEnvironment(commits),
    leases: { taken: count('LeaseAcquired'), givenBack: count('LeaseReleased') },
    weights: target?.weights ?? {},
    revisions: target?.revisions.map(({ revision }) => revision) ?? [],
    badAddress: await lookAtAddress(deployed.find(({ planned }) => planned === BAD)?.replayed.view),
    chain: await verifyChain({ client: clients.dynamodb, table: connection.table }),
  };
}

const placement = z.object({ address: z.url() });

/** The address that placing the release gave it is in the history; what is there now is found by connecting to it. */
async function lookAtAddress(view: DeploymentView | undefined): Promise<Aftermath['badAddress']> {
  const place = view && changesOf(view.pipeline).find(isPlaceForUsers);
  const placed = placement.safeParse(view?.stages.find(({ name }) => name === place?.name)?.evidence);
  if (!placed.success) return undefined;
  const { address } = placed.data;
  return { address, connects: await connects(new URL(address)) };
}

function isPlaceForUsers({ kind, environment }: ChangeStage): boolean {
  return kind === 'place' && environment === ENVIRONMENT;
}

function connects({ hostname, port }: URL): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port) });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
