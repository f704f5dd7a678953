import { setTimeout as pause } from 'node:timers/promises';
import type { DeploymentId } from '../../history/deployment-id.ts';
import { createDynamoDBEventStore } from '../../history/dynamodb-event-store.ts';
import type { EventStore } from '../../history/event-store.ts';
import { shortId } from '../../lifecycle/wording/short-id.ts';
import type { LocalSystem } from '../../local/system.ts';
import type { EndedDeployment } from '../exit-code-of-deployment.ts';
import type { Output } from '../output/output.ts';
import { follow, type Watcher } from '../progress/follow.ts';
import { headline } from '../progress/headline.ts';
import type { Surroundings } from '../settings.ts';
import { deployRelease } from './deploy-release.ts';
import { ENOUGH_AFTER } from './expectations.ts';
import { type LoadGenerator, startLoad } from './load-generator.ts';
import { badCanary } from './moments.ts';
import type { Narrator } from './narrator.ts';
import { observeAftermath, observeDeployed } from './observe.ts';
import { PLAN, type PlannedRelease } from './plan.ts';
import type { DemoRecord, Deployed } from './record.ts';
import { toldNow, toldStages } from './told-stages.ts';
import { begunAfter, trafficOf } from './traffic.ts';
import { VISITS } from './visits.ts';
import { checkOut } from './working-copy.ts';

/** Where the demo takes place. */
export type Scene = {
  readonly system: LocalSystem;
  /** The folder that holds one release after the other. */
  readonly source: string;
  /** The port that users connect to. */
  readonly port: number;
  readonly narrator: Narrator;
  readonly output: Output;
  /** Aborts when the demo is to come to its end, whatever it has seen by then. */
  readonly signal: AbortSignal;
};

/** Deploys one release after the other while users use the service, and gives everything that was seen. */
export async function perform(scene: Scene): Promise<DemoRecord> {
  const { clients, connection } = scene.system;
  const store = createDynamoDBEventStore({ client: clients.dynamodb, table: connection.table });
  const users = createUsers(scene.port);
  try {
    const deployed = await deployAll(scene, store, users);
    await seeTheEnd(deployed, users, scene.signal);
    const answers = await users.stop();
    return { deployed, answers, aftermath: await observeAftermath(scene.system, store, deployed) };
  } finally {
    await users.kill();
  }
}

/** Goes on only where a release ended as planned: what comes after it builds on it. */
async function deployAll(scene: Scene, store: EventStore, users: Users): Promise<readonly Deployed[]> {
  const deployed: Deployed[] = [];
  for (const planned of PLAN) {
    const followed = await deployOne(scene, store, users, planned);
    if (followed === undefined) break;
    deployed.push(await observeDeployed(scene.system, store, planned, followed));
    if (followed.view.outcome !== planned.outcome) break;
  }
  return deployed;
}

async function deployOne(
  scene: Scene,
  store: EventStore,
  users: Users,
  planned: PlannedRelease,
): Promise<EndedDeployment | undefined> {
  const { narrator, output, signal, source, port } = scene;
  if (signal.aborted) return undefined;
  const style = output.noteStyle;
  await checkOut(planned.version, source, port);
  const id = await deployRelease(surroundingsOf(source), output);
  narrator.say(['', headingOf(planned, id, scene)]);
  const { because, deployment } = await follow(store, `deployment#${id}`, watch(scene, users), { signal });
  if (because !== 'ended') return undefined;
  const seen = trafficOf(users.answers());
  narrator.say([
    headline(deployment.view, deployment.view.requestedAt, style),
    style.dim(`  users: ${seen.requests.toLocaleString('en')} requests so far, ${seen.failed} failed`),
  ]);
  return deployment;
}

function headingOf({ version, way }: PlannedRelease, id: DeploymentId, { output }: Scene): string {
  const style = output.noteStyle;
  return `${style.bold(`storefront ${version}`)}  ${way}  ${style.dim(`deployment ${shortId(id)}`)}`;
}

/** The variables of the shell that the demo is started from must not lead it to another system. */
function surroundingsOf(folder: string): Surroundings {
  const environment = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('NONEVENT_')),
  );
  return { folder, environment, flags: {} };
}

/** Tells each outcome once; users come as soon as there is something for them. */
function watch({ narrator, output }: Scene, users: Users): Watcher {
  const columns = output.isInteractive ? output.columns() : undefined;
  return {
    changed: (deployment, commit) => {
      narrator.say(toldStages(deployment, commit, { style: output.noteStyle, columns }));
      const isServing = deployment.view.stages.some(
        ({ kind, state }) => kind === 'shift' && state === 'passed',
      );
      if (isServing) users.come();
    },
    waiting: (deployment) => {
      if (deployment !== undefined) narrator.now(`  ${toldNow(deployment, new Date().toISOString())}`);
    },
  };
}

const REQUESTS_PER_SECOND = 200;
const OPEN_AT_MOST = 64;
const SECONDS_AT_MOST = 90;

/** Those who use the service from the moment on when it is there for the first time. */
type Users = Pick<LoadGenerator, 'answers' | 'stop' | 'kill'> & { readonly come: () => void };

function createUsers(port: number): Users {
  let load: LoadGenerator | undefined;
  return {
    come: () => {
      load ??= startLoad({
        url: `http://127.0.0.1:${port}`,
        paths: VISITS,
        requestsPerSecond: REQUESTS_PER_SECOND,
        openAtMost: OPEN_AT_MOST,
        secondsAtMost: SECONDS_AT_MOST,
      });
    },
    answers: () => load?.answers() ?? [],
    stop: async () => (await load?.stop()) ?? [],
    kill: async () => load?.kill(),
  };
}

/** Users go on for a while after the rollback, so that they can tell who serves them now. */
async function seeTheEnd(deployed: readonly Deployed[], users: Users, signal: AbortSignal): Promise<void> {
  const canary = badCanary(deployed.at(-1)?.commits ?? []);
  if (canary === undefined) return;
  while (!signal.aborted && begunAfter(users.answers(), canary.to).length < 2 * ENOUGH_AFTER) {
    await pause(50);
  }
}
