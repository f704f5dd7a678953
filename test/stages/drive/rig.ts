import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StateMachine } from 'aws-local-stepfunctions';
import { concludeHandler } from '../../../functions/conclude.ts';
import { enterHandler } from '../../../functions/enter.ts';
import type { Handler } from '../../../functions/handler.ts';
import { requestHandler } from '../../../functions/request.ts';
import { rerunHandler } from '../../../functions/rerun.ts';
import { rollbackHandler } from '../../../functions/rollback.ts';
import { stageHandler } from '../../../functions/stage.ts';
import { stopHandler } from '../../../functions/stop.ts';
import { undoHandler } from '../../../functions/undo.ts';
import { createArtifactStore } from '../../../lib/artifacts/artifact-store.ts';
import type { DeploymentId } from '../../../lib/history/deployment-id.ts';
import { createDynamoDBEventStore } from '../../../lib/history/dynamodb-event-store.ts';
import type { EventStore } from '../../../lib/history/event-store.ts';
import { compileStatesLanguage } from '../../../lib/lifecycle/states-language.ts';
import { createFlagDocuments } from '../../../lib/local/flag-documents.ts';
import type { Pipeline } from '../../../lib/pipeline/pipeline.ts';
import type { Digest } from '../../../lib/pipeline/release.ts';
import { LOCAL_POLICY } from '../../../lib/stages/address-policy.ts';
import type { DeploymentRef } from '../../../lib/stages/drive/executions.ts';
import type { Services } from '../../../lib/stages/drive/services.ts';
import { openSession } from '../../../lib/stages/drive/session.ts';
import { createTaskAnswers } from '../../../lib/stages/drive/task-answers.ts';
import { createProcessTargets, type ProcessTargets } from '../../../lib/targets/process/process-targets.ts';
import { startDynalite } from '../../contract/dynalite.ts';

type HandlerName = 'request' | 'rollback' | 'rerun' | 'stage' | 'enter' | 'undo' | 'conclude' | 'stop';

export type Run = { readonly id: DeploymentId; readonly ending: string };

/** The real handlers on a real store, run by the real interpreter, without the servers around them. */
export type Rig = {
  readonly folder: string;
  readonly store: EventStore;
  readonly handlers: Readonly<Record<HandlerName, Handler>>;
  readonly targets: ProcessTargets;
  readonly artifact: Digest;
  readonly logged: string[];
  readonly services: Services;
  /** Requests a deployment and runs its execution to the end. Returns its id and the name of the state it ended in. */
  readonly deploy: (pipeline: Pipeline, triggerId: string, version?: string) => Promise<Run>;
  /** Requests a rollback and runs its execution to the end. */
  readonly rollback: (of: DeploymentId, attempt?: string) => Promise<Run>;
  /** Requests a rerun and runs its execution to the end. */
  readonly rerun: (of: DeploymentId, from?: string) => Promise<Run>;
  /** Runs another execution of a deployment that was requested before. */
  readonly drive: (pipeline: Pipeline, id: DeploymentId) => Promise<string>;
  readonly session: (id: DeploymentId) => ReturnType<typeof openSession>;
  /** What the stages' commands wrote, a line each. */
  readonly effects: () => Promise<readonly string[]>;
  readonly close: () => Promise<void>;
};

export async function startRig(): Promise<Rig> {
  const folder = await mkdtemp(join(tmpdir(), 'nonevent-drive-'));
  const dynalite = await startDynalite();
  const store = createDynamoDBEventStore({ client: dynalite.client(), table: await dynalite.newTable() });
  const artifacts = createArtifactStore(join(folder, 'artifacts'));
  const source = join(folder, 'source');
  await mkdir(source);
  await writeFile(join(source, 'readme.txt'), 'a release\n');
  const artifact = await artifacts.pack(source, 'nothing');
  const targets = await createProcessTargets({ folder: join(folder, 'targets'), artifacts });
  const logged: string[] = [];
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
    closing: new AbortController().signal,
    now: Date.now,
    log: (line: string) => void logged.push(line),
  };
  const started: DeploymentRef[] = [];
  const executions = {
    start: async (ref: DeploymentRef) => void started.push(ref),
    status: async () => 'unknown' as const,
  };
  const handlers = {
    request: requestHandler({ store, executions }),
    rollback: rollbackHandler({ store, executions }),
    rerun: rerunHandler({ store, executions }),
    enter: enterHandler(services),
    stage: stageHandler(services),
    undo: undoHandler(services),
    conclude: concludeHandler(services),
    stop: stopHandler(services),
  };
  const drive = (pipeline: Pipeline, id: DeploymentId) =>
    interpret(pipeline, handlers, { deployment: id, entry: 'forward', failure: null });
  return {
    folder,
    store,
    handlers,
    artifact,
    targets,
    logged,
    services,
    drive,
    session: (id) => openSession(store, id),
    async deploy(pipeline, triggerId, version = '1.0.0') {
      const trigger = { id: triggerId, source: 'test', actor: 'tester' };
      const { deployment } = (await handlers.request({
        detail: { pipeline, release: { version, artifact }, trigger },
      })) as { deployment: DeploymentId };
      return { id: deployment, ending: await drive(pipeline, deployment) };
    },
    async rollback(of, attempt) {
      const detail = { of, actor: 'tester', ...(attempt === undefined ? {} : { attempt }) };
      const { deployment } = (await handlers.rollback({ detail })) as { deployment: DeploymentId };
      const { pipeline } = (await openSession(store, of)).deployment.view;
      const input = { deployment, entry: 'rollback', failure: null } as const;
      return { id: deployment, ending: await interpret(pipeline, handlers, input) };
    },
    async rerun(of, from) {
      const detail = { of, actor: 'tester', ...(from === undefined ? {} : { from }) };
      const { deployment } = (await handlers.rerun({ detail })) as { deployment: DeploymentId };
      return {
        id: deployment,
        ending: await drive((await openSession(store, of)).deployment.view.pipeline, deployment),
      };
    },
    effects: async () => {
      const text = await readFile(join(folder, 'effects'), 'utf8').catch(() => '');
      return text.split('\n').filter((line) => line !== '');
    },
    async close() {
      await targets.stopAll();
      await dynalite.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Runs the compiled document without its pauses. Returns the state that the execution ended in. */
export async function interpret(
  pipeline: Pipeline,
  handlers: Readonly<Record<'stage' | 'enter' | 'undo' | 'conclude', Handler>>,
  input: { readonly deployment: DeploymentId; readonly entry: string; readonly failure: null },
): Promise<string> {
  const document = compileStatesLanguage(pipeline, {
    stage: 'stage',
    undo: 'undo',
    enter: 'enter',
    conclude: 'conclude',
  });
  const tasks: Record<string, (invocation: unknown) => Promise<unknown>> = {};
  const noPause: Record<string, number> = {};
  forEachState(document, (name, type) => {
    if (type === 'Wait') noPause[name] = 0;
    if (type !== 'Task') return;
    noPause[name] = 0;
    tasks[name] = async (invocation) => {
      const { FunctionName, Payload } = invocation as {
        FunctionName: keyof typeof handlers;
        Payload: unknown;
      };
      return { Payload: (await handlers[FunctionName](Payload)) ?? null };
    };
  });
  const execution = new StateMachine(document as never).run(input, {
    overrides: {
      taskResourceLocalHandlers: tasks as never,
      waitTimeOverrides: noPause,
      retryIntervalOverrides: noPause,
    },
  });
  let last = '';
  const watching = (async () => {
    for await (const event of execution.eventLogs) {
      if (event.type === 'StateEntered') last = event.state.name;
    }
  })();
  await execution.result.catch(() => {});
  await watching;
  return last;
}

function forEachState(
  document: { readonly States: Readonly<Record<string, Readonly<Record<string, unknown>>>> },
  visit: (name: string, type: string) => void,
): void {
  for (const [name, state] of Object.entries(document.States)) {
    visit(name, String(state.Type));
    for (const branch of (state.Branches as (typeof document)[] | undefined) ?? [])
      forEachState(branch, visit);
  }
}
