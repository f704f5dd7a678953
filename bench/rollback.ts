import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { CreateStateMachineCommand } from '@aws-sdk/client-sfn';
import { createArtifactStore } from '../lib/artifacts/artifact-store.ts';
import { startLoad } from '../lib/cli/demo/load-generator.ts';
import type { DeploymentId } from '../lib/history/deployment-id.ts';
import { deriveDeploymentId, pipelineDigest, releaseDigest } from '../lib/history/digests.ts';
import { createDynamoDBEventStore } from '../lib/history/dynamodb-event-store.ts';
import { deploymentStream } from '../lib/history/stream-name.ts';
import type { Deployment } from '../lib/lifecycle/deployment.ts';
import { replay } from '../lib/lifecycle/replay.ts';
import { compileStatesLanguage } from '../lib/lifecycle/states-language.ts';
import { FUNCTION_NAMES } from '../lib/local/function-names.ts';
import { type NoneventSystem, startNonevent } from '../lib/local/nonevent-system.ts';
import type { Pipeline } from '../lib/pipeline/pipeline.ts';
import { readPipeline } from '../lib/pipeline/read-pipeline.ts';
import { release } from '../lib/pipeline/release.ts';
import { stateMachineName } from '../lib/stages/drive/executions.ts';
import { rollbackId } from '../lib/stages/drive/request-rollback.ts';
import { freePort } from '../lib/targets/process/free-port.ts';
import type { Target, Targets } from '../lib/targets/target.ts';
import { print } from './print.ts';

const GOAL_RATIO = 0.1;
const GOAL_CALLS = 2;
const REQUESTS_PER_SECOND = 100;
const SECONDS_AT_MOST = 120;
const POLL_MILLISECONDS = 20;

/** Rollback of a finished canary deployment against its own roll-forward, in one run, while users ask. */
export async function run(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'nonevent-bench-'));
  const port = await freePort(new Set());
  const pipeline = pipelineOf(port);
  const calls: { readonly name: string; readonly at: number }[] = [];
  const system = await startNonevent({
    folder: join(folder, 'data'),
    around: ({ store, targets }) => ({
      store,
      targets: counted(targets, (name) => calls.push({ name, at: Date.now() })),
    }),
  });
  const url = `http://127.0.0.1:${port}`;
  const secondsAtMost = SECONDS_AT_MOST;
  const load = startLoad({
    url,
    paths: ['/'],
    requestsPerSecond: REQUESTS_PER_SECOND,
    openAtMost: 16,
    secondsAtMost,
  });
  try {
    await deploy(system, folder, pipeline, '1.0.0');
    const servedFrom = Date.now();
    const forward = await deploy(system, folder, pipeline, '2.0.0');
    calls.length = 0;
    const askedAt = Date.now();
    const back = await rollBack(system, forward);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const answers = (await load.stop()).filter(({ startedAt }) => startedAt >= servedFrom);

    const lastNew = answers.findLast((answer) => answer.release === '2.0.0')?.startedAt ?? Number.NaN;
    const restored = answers.find(({ startedAt, release: by }) => startedAt > lastNew && by === '1.0.0');
    const rollForward = millisecondsOf(forward);
    const untilTraffic = (restored?.endedAt ?? Number.NaN) - askedAt;
    const untilEnd = Date.parse(back.view.endedAt ?? '') - askedAt;
    const routed = calls.findIndex(({ name }) => name === 'route');
    print(`rollback: roll-forward of the same deployment ${rollForward} ms (from its request to its end)`);
    print(
      `rollback: until users are served by the old revision again ${untilTraffic} ms, ratio ${ratio(untilTraffic, rollForward)} of the roll-forward (goal <= ${GOAL_RATIO})`,
    );
    print(
      `rollback: until the rollback ended, old processes drained ${untilEnd} ms, ratio ${ratio(untilEnd, rollForward)} of the roll-forward (goal <= ${GOAL_RATIO})`,
    );
    print(
      `rollback: target calls until the traffic is back ${routed + 1} (goal <= ${GOAL_CALLS}): ${named(calls.slice(0, routed + 1))}`,
    );
    print(`rollback: target calls until the rollback ended ${calls.length}: ${named(calls)}`);
    print(
      `rollback: failed requests ${answers.filter(({ status }) => status !== 200).length} of ${answers.length} (goal 0), from the first release live to the end of the rollback`,
    );
  } finally {
    await load.kill();
    await system.stopAll();
    await rm(folder, { recursive: true, force: true });
  }
}

function ratio(one: number, other: number): string {
  return (one / other).toFixed(3);
}

function named(calls: readonly { readonly name: string }[]): string {
  return calls.map(({ name }) => name).join(', ');
}

function millisecondsOf({ view }: Deployment): number {
  return Date.parse(view.endedAt ?? '') - Date.parse(view.requestedAt);
}

function counted(targets: Targets, count: (name: string) => void): Targets {
  const noted = <Answer>(name: string, call: () => Promise<Answer>): Promise<Answer> => {
    count(name);
    return call();
  };
  const watched = (target: Target): Target => ({
    ...target,
    state: () => noted('state', () => target.state()),
    place: (revision, signal) => noted('place', () => target.place(revision, signal)),
    remove: (revision) => noted('remove', () => target.remove(revision)),
    route: (weights) => noted('route', () => target.route(weights)),
  });
  return {
    ...targets,
    target: async (environment, pipeline, definition) =>
      watched(await targets.target(environment, pipeline, definition)),
  };
}

/** A canary as a team would write it, with analyses far shorter than any real one: real ones make the ratio smaller. */
function pipelineOf(port: number): Pipeline {
  const reading = readPipeline(
    `pipeline: bench
environments:
  production:
    target: { kind: process, start: exec node server.mjs, port: ${port}, drain: 1s }
stages:
  - { name: syntax, kind: command, question: Does it parse?, run: node --check server.mjs, expect: 1s }
  - name: release
    kind: canary
    environment: production
    steps: [10, 50, 100]
    analysis: { for: 2s, minRequests: 5, errorRate: { max: 1% } }
`,
    'nonevent.yaml',
  );
  if (reading.ok) return reading.pipeline;
  throw new Error(reading.findings.map(({ message }) => message).join('\n'));
}

const serverOf = (version: string): string => `import { createServer } from 'node:http';
createServer((request, response) => {
  response.writeHead(200, { 'x-storefront-release': '${version}' }).end('${version}');
}).listen(process.env.PORT, '127.0.0.1');
`;

async function deploy(
  system: NoneventSystem,
  folder: string,
  pipeline: Pipeline,
  version: string,
): Promise<Deployment> {
  const source = join(folder, version);
  await mkdir(source);
  await writeFile(join(source, 'server.mjs'), serverOf(version));
  const artifact = await createArtifactStore(system.folder.artifacts).pack(source, 'nothing');
  const requested = release.parse({ version, artifact });
  const digest = pipelineDigest(pipeline);
  await system.clients.states.send(
    new CreateStateMachineCommand({
      name: stateMachineName(pipeline.pipeline, digest),
      definition: JSON.stringify(compileStatesLanguage(pipeline, FUNCTION_NAMES)),
      roleArn: 'arn:aws:iam::000000000000:role/none',
    }),
  );
  await publish(system, 'Deployment Requested', {
    pipeline,
    release: requested,
    trigger: { id: version, source: 'bench', actor: 'bench' },
  });
  const id = deriveDeploymentId({
    pipelineDigest: digest,
    releaseDigest: releaseDigest(requested),
    triggerId: version,
  });
  return ended(system, id, 'succeeded');
}

async function rollBack(system: NoneventSystem, of: Deployment): Promise<Deployment> {
  const subject = { of: of.view.deployment };
  await publish(system, 'Rollback Requested', { ...subject, actor: 'bench' });
  return ended(system, rollbackId(of, subject), 'rolledBack');
}

async function publish({ clients }: NoneventSystem, DetailType: string, detail: object): Promise<void> {
  const entry = { Source: 'bench', DetailType, Detail: JSON.stringify(detail) };
  await clients.events.send(new PutEventsCommand({ Entries: [entry] }));
}

async function ended(
  { clients, connection }: NoneventSystem,
  id: DeploymentId,
  expected: string,
): Promise<Deployment> {
  const store = createDynamoDBEventStore({ client: clients.dynamodb, table: connection.table });
  for (;;) {
    const { commits } = await store.load(deploymentStream(id));
    const deployment = commits.length === 0 ? undefined : replay(commits);
    if (deployment?.view.outcome === expected) return deployment;
    if (deployment?.view.outcome !== undefined)
      throw new Error(`deployment ${id} ended ${deployment.view.outcome}, expected ${expected}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS));
  }
}
