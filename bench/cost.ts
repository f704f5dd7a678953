import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { concludeHandler } from '../functions/conclude.ts';
import { enterHandler } from '../functions/enter.ts';
import { requestHandler } from '../functions/request.ts';
import { stageHandler } from '../functions/stage.ts';
import { undoHandler } from '../functions/undo.ts';
import { createArtifactStore } from '../lib/artifacts/artifact-store.ts';
import type { Artifacts } from '../lib/artifacts/artifacts.ts';
import { environmentStream } from '../lib/environments/environment.ts';
import type { DeploymentId } from '../lib/history/deployment-id.ts';
import { createDynamoDBEventStore } from '../lib/history/dynamodb-event-store.ts';
import type { EventStore } from '../lib/history/event-store.ts';
import { deploymentStream } from '../lib/history/stream-name.ts';
import { createFlagDocuments } from '../lib/local/flag-documents.ts';
import type { Pipeline } from '../lib/pipeline/pipeline.ts';
import { readPipeline } from '../lib/pipeline/read-pipeline.ts';
import { stagesOf } from '../lib/pipeline/steps.ts';
import { LOCAL_POLICY } from '../lib/stages/address-policy.ts';
import { createTaskAnswers } from '../lib/stages/drive/task-answers.ts';
import { freePort } from '../lib/targets/process/free-port.ts';
import { createProcessTargets } from '../lib/targets/process/process-targets.ts';
import { startDynalite } from '../test/contract/dynalite.ts';
import { type Counted, counting, countReads, runCounted } from './cost/counted-run.ts';
import { dollarsOf, PRICES } from './cost/prices.ts';
import { watchCosts } from './peers/costs.ts';
import { print } from './print.ts';

const GOAL = { transitions: 60, writeUnits: 40, invocations: 30 } as const;
/** As in AWS: functions/aws/serving/working-services.ts. */
const LOOK_FOR_STOP_EVERY_MS = 2000;
const INDEXES = 2;

/** What a canary deployment of ten stages costs in AWS: counted in a real run with the document, the handlers and the store of AWS. */
export async function run(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'nonevent-bench-'));
  const dynalite = await startDynalite();
  const client = dynalite.client();
  const store = createDynamoDBEventStore({ client, table: await dynalite.newTable() });
  const artifacts = createArtifactStore(join(folder, 'artifacts'));
  const targets = await createProcessTargets({ folder: join(folder, 'targets'), artifacts });
  const port = await freePort(new Set());
  const pipeline = pipelineOf(port);
  const users = setInterval(() => void fetch(`http://127.0.0.1:${port}/`).catch(() => {}), 20);
  const counted: Counted = { transitions: 0, invocations: 0, gigabyteSeconds: 0 };
  const handlers = counting(handlersOf(store, { folder, artifacts, targets }), counted);
  try {
    const deploy = async (version: string): Promise<DeploymentId> => {
      const artifact = await pack(folder, artifacts, version);
      const trigger = { id: version, source: 'bench', actor: 'bench' };
      const detail = { pipeline, release: { version, artifact }, trigger };
      const { deployment } = (await handlers.request({ detail })) as { deployment: DeploymentId };
      const ending = await runCounted(pipeline, handlers, deployment, counted);
      if (ending !== 'succeeded') throw new Error(`deployment ${deployment} ended ${ending}`);
      return deployment;
    };
    await deploy('1.0.0');
    const before = await toldOf(store, environmentStream('production'));
    Object.assign(counted, { transitions: 0, invocations: 0, gigabyteSeconds: 0 });
    const writes = watchCosts(client, ({ ix }) => (ix === undefined ? 0 : INDEXES));
    const reads = countReads(client);
    const deployment = await deploy('2.0.0');
    const spent = { ...counted, writeUnits: writes.writeUnits, readUnits: reads.units };
    const own = await toldOf(store, deploymentStream(deployment));
    const environment = await toldOf(store, environmentStream('production'));
    tell(pipeline, spent, {
      commits: own.commits + environment.commits - before.commits,
      events: own.events + environment.events - before.events,
    });
  } finally {
    clearInterval(users);
    await targets.stopAll();
    await dynalite.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

type Spent = Counted & { readonly writeUnits: number; readonly readUnits: number };
type Told = { readonly commits: number; readonly events: number };

function tell(pipeline: Pipeline, spent: Spent, told: Told): void {
  const goal = (what: keyof typeof GOAL) => `${spent[what]} (goal <= ${GOAL[what]})`;
  print(`cost: a deployment of ${stagesOf(pipeline).length} stages that succeeds:`);
  print(`cost: state transitions ${goal('transitions')}`);
  print(`cost: write units ${goal('writeUnits')}, indexes included; read units ${spent.readUnits}`);
  print(
    `cost: invocations ${goal('invocations')}, and at most ${told.commits} of publish, one for each commit`,
  );
  const dollars = dollarsOf({
    transition: spent.transitions,
    writeUnit: spent.writeUnits,
    readUnit: spent.readUnits,
    invocation: spent.invocations + told.commits,
    gigabyteSecond: spent.gigabyteSeconds,
    event: told.events + 1,
  });
  for (const [name, { source }] of Object.entries(PRICES))
    print(`cost: ${name} $${dollars[name as keyof typeof dollars].toFixed(6)}, ${source}`);
  const sum = Object.values(dollars).reduce((one, other) => one + other, 0);
  print(`cost: in all $${sum.toFixed(4)} in us-east-1; a thousand deployments $${(sum * 1000).toFixed(2)}`);
}

async function toldOf(store: EventStore, stream: Parameters<EventStore['load']>[0]): Promise<Told> {
  const { commits } = await store.load(stream);
  return { commits: commits.length, events: commits.flatMap(({ events }) => events).length };
}

type Ground = {
  readonly folder: string;
  readonly artifacts: Artifacts;
  readonly targets: Awaited<ReturnType<typeof createProcessTargets>>;
};

function handlersOf(store: EventStore, { folder, artifacts, targets }: Ground) {
  const services = {
    store,
    artifacts,
    targets,
    flags: createFlagDocuments(folder, store),
    addresses: LOCAL_POLICY,
    answers: createTaskAnswers({ send: () => Promise.reject(new Error('nobody waits for an answer here')) }),
    workFolder: async (id: DeploymentId) => {
      const work = join(folder, 'work', id);
      await mkdir(work, { recursive: true });
      return work;
    },
    lookForStopEveryMs: LOOK_FOR_STOP_EVERY_MS,
    closing: new AbortController().signal,
    now: Date.now,
    log: print,
  };
  const executions = { start: async () => {}, status: async () => 'unknown' as const };
  return {
    request: requestHandler({ store, executions }),
    enter: enterHandler(services),
    stage: stageHandler(services),
    undo: undoHandler(services),
    conclude: concludeHandler(services),
  };
}

async function pack(folder: string, artifacts: Artifacts, version: string) {
  const source = join(folder, version);
  await mkdir(source);
  await writeFile(join(source, 'server.mjs'), SERVER(version));
  return artifacts.pack(source, 'nothing');
}

const SERVER = (version: string): string => `import { createServer } from 'node:http';
createServer((request, response) => response.end('${version}')).listen(process.env.PORT, '127.0.0.1');
`;

/** Three checks, and a canary of two steps in an environment: with the lease and the placing ten stages. */
function pipelineOf(port: number): Pipeline {
  const reading = readPipeline(
    `pipeline: bench
environments:
  production:
    target: { kind: process, start: exec node server.mjs, port: ${port}, drain: 1s }
stages:
  - { name: syntax, kind: command, question: Does it parse?, run: node --check server.mjs, expect: 1s }
  - { name: unit, kind: command, question: Do the tests pass?, run: node -e 0, expect: 1s }
  - { name: licences, kind: command, question: Are all licences known?, run: node -e 0, expect: 1s }
  - name: release
    kind: canary
    environment: production
    steps: [10, 100]
    analysis: { for: 2s, minRequests: 5, errorRate: { max: 1% } }
  - { name: up, kind: http, question: Does it answer?, url: 'http://127.0.0.1:${port}/', expect: 1s }
`,
    'nonevent.yaml',
  );
  if (reading.ok) return reading.pipeline;
  throw new Error(reading.findings.map(({ message }) => message).join('\n'));
}
