import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { CreateStateMachineCommand } from '@aws-sdk/client-sfn';
import { deriveDeploymentId, pipelineDigest, releaseDigest } from '../lib/history/digests.ts';
import { createDynamoDBEventStore } from '../lib/history/dynamodb-event-store.ts';
import type { Commit } from '../lib/history/event-store.ts';
import { deploymentStream } from '../lib/history/stream-name.ts';
import { compileStatesLanguage } from '../lib/lifecycle/states-language.ts';
import { FUNCTION_NAMES } from '../lib/local/function-names.ts';
import { type NoneventSystem, startNonevent } from '../lib/local/nonevent-system.ts';
import { type Pipeline, pipelineSchema } from '../lib/pipeline/pipeline.ts';
import { release } from '../lib/pipeline/release.ts';
import { stateMachineName } from '../lib/stages/drive/executions.ts';
import { print } from './print.ts';

const FEW = 2;
const MANY = 22;
const ROUNDS = 5;
const GOAL_MS = 15;

/** What a stage costs on one machine beyond its own work: deployments of few and of many checks of the same fast server. */
export async function run(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'nonevent-bench-'));
  const server = createServer((_, response) => response.end('ok')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const system = await startNonevent({ folder });
  try {
    await deploy(system, pipelineOf(MANY, url), 'warm-up');
    const overheads: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const few = await deploy(system, pipelineOf(FEW, url), `few-${round}`);
      const many = await deploy(system, pipelineOf(MANY, url), `many-${round}`);
      overheads.push((many.milliseconds - few.milliseconds - (many.work - few.work)) / (MANY - FEW));
    }
    const overhead = overheads.toSorted((one, other) => one - other)[Math.floor(ROUNDS / 2)] ?? 0;
    print(`orchestration: ${overhead.toFixed(1)} ms per stage beyond its own work (goal <= ${GOAL_MS} ms)`);
    print(`orchestration: ratio ${(overhead / GOAL_MS).toFixed(2)}x of the goal`);
  } finally {
    await system.stopAll();
    server.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function pipelineOf(checks: number, url: string): Pipeline {
  const stages = Array.from({ length: checks }, (_, index) => ({
    kind: 'http',
    name: `check-${index}`,
    question: 'Does the server answer?',
    expect: '1s',
    timeout: '10s',
    url,
  }));
  return pipelineSchema.parse({ pipeline: 'bench', environments: {}, stages });
}

/** Wall time of a deployment from its first stage's start to its end, and the time that its stages worked, both in milliseconds. */
async function deploy(
  { clients, connection }: NoneventSystem,
  pipeline: Pipeline,
  triggerId: string,
): Promise<{ readonly milliseconds: number; readonly work: number }> {
  const requested = release.parse({ version: '1.0.0', artifact: `sha256:${'0'.repeat(64)}` });
  const digest = pipelineDigest(pipeline);
  await clients.states.send(
    new CreateStateMachineCommand({
      name: stateMachineName(pipeline.pipeline, digest),
      definition: JSON.stringify(compileStatesLanguage(pipeline, FUNCTION_NAMES)),
      roleArn: 'arn:aws:iam::000000000000:role/none',
    }),
  );
  const trigger = { id: triggerId, source: 'bench', actor: 'bench' };
  const Detail = JSON.stringify({ pipeline, release: requested, trigger });
  await clients.events.send(
    new PutEventsCommand({ Entries: [{ Source: 'bench', DetailType: 'Deployment Requested', Detail }] }),
  );
  const id = deriveDeploymentId({
    pipelineDigest: digest,
    releaseDigest: releaseDigest(requested),
    triggerId,
  });
  const store = createDynamoDBEventStore({ client: clients.dynamodb, table: connection.table });
  for (;;) {
    const { commits } = await store.load(deploymentStream(id));
    if (commits.at(-1)?.events[0]?.type === 'DeploymentSucceeded') return measure(commits);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function measure(commits: readonly Commit[]): { readonly milliseconds: number; readonly work: number } {
  const [first, last] = [commits[1]?.at ?? '', commits.at(-1)?.at ?? ''];
  const work = commits
    .flatMap((commit) => commit.events)
    .map((event) =>
      event.type === 'StagePassed' ? (event.data.evidence as { latencyMs: number }).latencyMs : 0,
    )
    .reduce((sum, latency) => sum + latency, 0);
  return { milliseconds: Date.parse(last) - Date.parse(first), work };
}
