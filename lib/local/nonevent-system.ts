import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { callbackHandler } from '../../functions/callback.ts';
import { concludeHandler } from '../../functions/conclude.ts';
import { enterHandler } from '../../functions/enter.ts';
import { flagHandler } from '../../functions/flag.ts';
import { reconcileHandler } from '../../functions/reconcile.ts';
import { requestHandler } from '../../functions/request.ts';
import { rerunHandler } from '../../functions/rerun.ts';
import { rollbackHandler } from '../../functions/rollback.ts';
import { stageHandler } from '../../functions/stage.ts';
import { stopHandler } from '../../functions/stop.ts';
import { undoHandler } from '../../functions/undo.ts';
import { unlockHandler } from '../../functions/unlock.ts';
import { createArtifactStore } from '../artifacts/artifact-store.ts';
import type { Artifacts } from '../artifacts/artifacts.ts';
import { openLocalSigner } from '../audit/local-signer.ts';
import { sealRegularly } from '../audit/seal-regularly.ts';
import type { DeploymentId } from '../history/deployment-id.ts';
import { createDynamoDBEventStore } from '../history/dynamodb-event-store.ts';
import { messageOf } from '../nonevent-error.ts';
import { LOCAL_POLICY } from '../stages/address-policy.ts';
import type { Cloud } from '../stages/cloud.ts';
import { stopMarked, workMark } from '../stages/command/marked-processes.ts';
import { settleAwaited } from '../stages/drive/callback.ts';
import { createExecutions, stateMachinePerDefinition } from '../stages/drive/executions.ts';
import { REQUEST_EVENTS } from '../stages/drive/request-events.ts';
import type { Services } from '../stages/drive/services.ts';
import { createTaskAnswers } from '../stages/drive/task-answers.ts';
import { createProcessTargets, type ProcessTargets } from '../targets/process/process-targets.ts';
import type { Targets } from '../targets/target.ts';
import { targetsByKind } from '../targets/targets-by-kind.ts';
import { askRegularly } from './ask-regularly.ts';
import type { Rule } from './event-bridge/event-bus.ts';
import { createFlagDocuments } from './flag-documents.ts';
import { EVENT_FUNCTION_NAMES, FUNCTION_NAMES } from './function-names.ts';
import type { Handler } from './functions.ts';
import { invokeRegularly } from './invoke-regularly.ts';
import { type Appends, createAppends } from './page/appends.ts';
import { type PageServer, startPageServer } from './page/page-server.ts';
import { LOCAL_ACCOUNT, LOCAL_REGION } from './step-functions/arns.ts';
import { type LocalServices, type LocalSystem, startSystem } from './system.ts';

export type NoneventOptions = {
  /** The data folder. Made where it is missing. */
  readonly folder: string;
  /** @default any free ports */
  readonly ports?: { readonly dynamodb?: number; readonly aws?: number };
  /** Waits and pauses between attempts last this much of their time. @default 1 */
  readonly timeScale?: number;
  /** Hears of troubles that end nothing. */
  readonly log?: (line: string) => void;
  /** Puts something around what handlers write to and act on, such as a count of it. @default nothing */
  readonly around?: (used: Pick<Services, 'store' | 'targets'>) => Pick<Services, 'store' | 'targets'>;
  /**
   * Lets stages use AWS, with credentials of whoever starts this; `artifacts` are then kept where AWS can read them. Nothing tells a
   * local system of builds that have ended, so it asks for them. @default no AWS
   */
  readonly aws?: { readonly cloud: Cloud; readonly artifacts: Artifacts; readonly askEveryMs?: number };
  /** The targets in AWS, made on the artifacts of the system. @default only processes on this machine */
  readonly awsTargets?: (artifacts: Artifacts) => Targets;
  /** Serves the page; `actor` is recorded for what is asked there. @default no page */
  readonly page?: { readonly actor: string };
};

export type NoneventSystem = LocalSystem & {
  /** Where the page is, where one is served. */
  readonly page: Pick<PageServer, 'url' | 'link'> | undefined;
  /** Ends the system and every revision, where `close` leaves revisions running for the next start to adopt. */
  readonly stopAll: () => Promise<void>;
};

/** Requests come as events, from the command line or from anything else that can put one on the bus. */
const RULES: readonly Rule[] = [
  ...Object.entries(REQUEST_EVENTS).map(([detailType, name]) => ({
    name,
    pattern: { 'detail-type': [detailType] },
    function: EVENT_FUNCTION_NAMES[name],
  })),
  {
    name: 'builds',
    pattern: { 'detail-type': ['CodeBuild Build State Change'] },
    function: EVENT_FUNCTION_NAMES.callback,
  },
  {
    name: 'reconcile',
    pattern: {
      source: ['aws.states'],
      'detail-type': ['Step Functions Execution Status Change'],
      detail: { status: ['FAILED', 'TIMED_OUT', 'ABORTED'] },
    },
    function: EVENT_FUNCTION_NAMES.reconcile,
  },
];

/**
 * Starts the whole of Nonevent on one machine: the local AWS, the handlers, and the targets with their routers. What an
 * earlier system left open, however it ended, is driven on.
 *
 * Errors: those of `startSystem`; `TargetFailed` when the port of a router cannot be had.
 */
export async function startNonevent(options: NoneventOptions): Promise<NoneventSystem> {
  const log = options.log ?? (() => {});
  const appends = createAppends();
  const opened: ProcessTargets[] = [];
  let page: PageServer | undefined;
  const closeTargets = async (): Promise<void> => {
    await Promise.all(opened.map((targets) => targets.close()));
  };
  try {
    const system = await startSystem({
      ...options,
      graceMs: CLOSING_GRACE_MS,
      rules: RULES,
      functions: async (services) => {
        // No command can be ours yet: what runs there was left by a system that was killed, and may never be run again.
        await stopMarked(workMark(services.folder.work), LEFTOVER_GRACE_MS);
        const artifacts = options.aws?.artifacts ?? createArtifactStore(services.folder.artifacts);
        const flags = createFlagDocuments(
          services.folder.flags,
          createDynamoDBEventStore({ client: services.clients.dynamodb, table: services.table }),
        );
        const targets = await createProcessTargets({
          folder: services.folder.targets,
          artifacts,
          log,
          // Before any service of the environment runs, so that what a crash kept from being published is there first.
          variables: async (environment) => {
            await flags.publish(environment);
            return { NONEVENT_FLAGS: flags.path(environment) };
          },
        });
        opened.push(targets);
        return handlersOf(
          services,
          appends,
          {
            artifacts,
            targets: options.awsTargets ? targetsByKind(targets, options.awsTargets(artifacts)) : targets,
            flags,
            log,
            cloud: options.aws?.cloud,
          },
          options.around,
        );
      },
      onStarted: async (started) => {
        if (options.page !== undefined) page = await openPage(started, appends, options.page.actor, log);
        await started.invoke(EVENT_FUNCTION_NAMES.reconcile, {});
      },
    });
    const seals = sealHourly(system, log);
    const reconciling = invokeRegularly(
      system,
      {
        function: EVENT_FUNCTION_NAMES.reconcile,
        event: {},
        everyMs: RECONCILE_EVERY_MS,
        undone: 'what was left open was not looked for',
      },
      log,
    );
    const asking = options.aws === undefined ? undefined : askRegularly(system, options.aws.askEveryMs, log);
    return {
      ...system,
      page: page && { url: page.url, link: page.link },
      async close() {
        await seals.close();
        await reconciling.close();
        await asking?.close();
        await page?.close();
        await system.close();
        await closeTargets();
      },
      async stopAll() {
        await seals.close();
        await reconciling.close();
        await asking?.close();
        await page?.close();
        await system.close();
        await Promise.all(opened.map((targets) => targets.stopAll()));
      },
    };
  } catch (thrown) {
    await page?.close();
    await closeTargets();
    throw thrown;
  }
}

/** Seals the histories while the system runs, with the key in its data folder. */
function sealHourly({ clients, connection, folder }: LocalSystem, log: (line: string) => void) {
  const { table } = connection;
  return sealRegularly({
    client: clients.dynamodb,
    table,
    store: createDynamoDBEventStore({ client: clients.dynamodb, table }),
    signer: () => openLocalSigner(folder.root),
    now: Date.now,
    log,
  });
}

/** The page reads the history through its own store, and is told of every append that a handler makes. */
function openPage(
  { clients, connection, folder }: LocalSystem,
  appends: Appends,
  actor: string,
  log: (line: string) => void,
): Promise<PageServer> {
  const store = createDynamoDBEventStore({ client: clients.dynamodb, table: connection.table });
  return startPageServer({
    store: appends.telling(store),
    appends,
    actor,
    portFile: folder.pagePort,
    onError: (thrown) => log(messageOf(thrown)),
  });
}

/** As in AWS, see lib/infra/inbound.ts. In milliseconds. */
const RECONCILE_EVERY_MS = 300_000;
/** Longer than an attempt that is cut short waits for its work to end, so that no command outlives the system. */
const CLOSING_GRACE_MS = 6000;
/** How long a command that a killed system left behind may take to end. */
const LEFTOVER_GRACE_MS = 2000;

function handlersOf(
  { clients, table, folder, closing }: LocalServices,
  appends: Appends,
  given: Pick<Services, 'artifacts' | 'targets' | 'flags' | 'log' | 'cloud'>,
  around: NonNullable<NoneventOptions['around']> = (used) => used,
): Readonly<Record<string, Handler>> {
  const { store, targets } = around({
    store: appends.telling(createDynamoDBEventStore({ client: clients.dynamodb, table })),
    targets: given.targets,
  });
  const executions = createExecutions(
    clients.states,
    stateMachinePerDefinition(`arn:aws:states:${LOCAL_REGION}:${LOCAL_ACCOUNT}:stateMachine:`),
  );
  const services: Services = {
    ...given,
    store,
    targets,
    addresses: LOCAL_POLICY,
    answers: createTaskAnswers(clients.states),
    closing,
    now: Date.now,
    async workFolder(deployment) {
      const work = join(folder.work, deployment);
      await mkdir(work, { recursive: true });
      return work;
    },
  };
  const settling = (deployment: DeploymentId) => settleAwaited(services, deployment);
  return {
    [EVENT_FUNCTION_NAMES.request]: requestHandler({ store, executions }),
    [EVENT_FUNCTION_NAMES.rollback]: rollbackHandler({ store, executions }),
    [EVENT_FUNCTION_NAMES.rerun]: rerunHandler({ store, executions }),
    [EVENT_FUNCTION_NAMES.stop]: stopHandler({ store, settleAwaited: settling }),
    [EVENT_FUNCTION_NAMES.unlock]: unlockHandler({ store }),
    [EVENT_FUNCTION_NAMES.flag]: flagHandler({ store, flags: given.flags }),
    [EVENT_FUNCTION_NAMES.reconcile]: reconcileHandler({ ...services, executions }),
    [EVENT_FUNCTION_NAMES.callback]: callbackHandler(services),
    [FUNCTION_NAMES.stage]: stageHandler(services),
    [FUNCTION_NAMES.enter]: enterHandler(services),
    [FUNCTION_NAMES.undo]: undoHandler(services),
    [FUNCTION_NAMES.conclude]: concludeHandler(services),
  };
}
