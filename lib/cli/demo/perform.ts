import { setTimeout as pause } from 'node:timers/promises';
import type { DeploymentId } from '../../history/deployment-id.ts';
import { createDynamoDBEventStore } from '../../history/dynamodb-event-store.ts';
import type { EventStore } from '../../history/event-store.ts';
import { deploymentStream } from '../../history/stream-name.ts';
import type { DeploymentView } from '../../lifecycle/view.ts';
import { shortId } from '../../lifecycle/wording/short-id.ts';
import deploy from '../commands/deploy.ts';
import rerun from '../commands/rerun.ts';
import rollback from '../commands/rollback.ts';
import type { EndedDeployment } from '../exit-code-of-deployment.ts';
import { follow, type Watcher } from '../progress/follow.ts';
import { headline } from '../progress/headline.ts';
import { ENOUGH_AFTER } from './expectations.ts';
import { badCanary } from './moments.ts';
import { observeAftermath, observeDeployed } from './observe.ts';
import { BAD, PIPELINE, PLAN, type PlannedDeployment, titleOf, WHOLE_SHIFT } from './plan.ts';
import type { DemoRecord, Deployed, FlagSeen } from './record.ts';
import { idOfRun } from './run-quietly.ts';
import { portOfUsers, type Scene, surroundingsOf } from './scene.ts';
import { switchOn } from './switch-on.ts';
import { toldNow, toldStages } from './told-stages.ts';
import { begunAfter, trafficOf } from './traffic.ts';
import { createUsers, type Users } from './users.ts';
import { checkOut } from './working-copy.ts';

/** Takes one step after the other while users use the service, and gives everything that was seen. */
export async function perform(scene: Scene): Promise<DemoRecord> {
  const { clients, connection } = scene.system;
  const store = createDynamoDBEventStore({ client: clients.dynamodb, table: connection.table });
  const users = createUsers(portOfUsers(scene.substitutes));
  try {
    const { deployed, flag } = await takeSteps(scene, store, users);
    await seeTheEnd(deployed, users, scene.signal);
    const answers = await users.stop();
    return { deployed, flag, answers, aftermath: await observeAftermath(scene.system, store, deployed) };
  } finally {
    await users.kill();
  }
}

/** Goes on only where a deployment ended as planned: what comes after it builds on it. */
async function takeSteps(
  scene: Scene,
  store: EventStore,
  users: Users,
): Promise<Pick<DemoRecord, 'deployed' | 'flag'>> {
  const deployed: Deployed[] = [];
  let flag: FlagSeen | undefined;
  for (const step of PLAN) {
    if (scene.signal.aborted) break;
    if (step.kind === 'flag') {
      flag = await switchOn(step, surroundingsOf(scene), scene);
      if (flag.seenAfter === undefined) break;
      continue;
    }
    const followed = await deployOne(scene, store, users, step, deployed);
    if (followed === undefined) break;
    deployed.push(await observeDeployed(scene.system, store, step, followed));
    if (followed.view.outcome !== step.outcome) break;
  }
  return { deployed, flag };
}

async function deployOne(
  scene: Scene,
  store: EventStore,
  users: Users,
  planned: PlannedDeployment,
  before: readonly Deployed[],
): Promise<EndedDeployment | undefined> {
  const { narrator, output, signal } = scene;
  const style = output.noteStyle;
  const id = await begin(scene, planned, before);
  narrator.say(['', headingOf(planned, id, scene)]);
  const { because, deployment } = await follow(store, deploymentStream(id), watch(scene, users), { signal });
  if (because !== 'ended') return undefined;
  const seen = trafficOf(users.answers());
  narrator.say([
    headline(deployment.view, deployment.view.requestedAt, style),
    style.dim(`  users: ${seen.requests.toLocaleString('en')} requests so far, ${seen.failed} failed`),
  ]);
  return deployment;
}

/** Types the command that makes the deployment. */
async function begin(
  scene: Scene,
  planned: PlannedDeployment,
  before: readonly Deployed[],
): Promise<DeploymentId> {
  const surroundings = surroundingsOf(scene);
  const reason = planned.way;
  switch (planned.kind) {
    case 'release':
      await checkOut(planned, scene.source, scene.substitutes);
      return idOfRun(deploy, { detach: true }, surroundings, scene.output);
    case 'rollback':
      return idOfRun(
        rollback,
        { what: idOf(planned.of, before), yes: true, detach: true, reason },
        surroundings,
        scene.output,
      );
    case 'rerun':
      return idOfRun(
        rerun,
        { id: idOf(planned.of, before), detach: true, reason },
        surroundings,
        scene.output,
      );
    default:
      return planned satisfies never;
  }
}

function idOf(planned: PlannedDeployment, before: readonly Deployed[]): DeploymentId {
  const found = before.find((each) => each.planned === planned);
  if (found === undefined) throw new Error(`${titleOf(planned)} has not been deployed yet`);
  return found.followed.view.deployment;
}

function headingOf(planned: PlannedDeployment, id: DeploymentId, { output }: Scene): string {
  const style = output.noteStyle;
  return `${style.bold(titleOf(planned))}  ${planned.way}  ${style.dim(`deployment ${shortId(id)}`)}`;
}

/** Tells each outcome once; users come as soon as there is something for them. */
function watch({ narrator, output }: Scene, users: Users): Watcher {
  const columns = output.isInteractive ? output.columns() : undefined;
  return {
    changed: (deployment, commit) => {
      narrator.say(toldStages(deployment, commit, { style: output.noteStyle, columns }));
      if (isServingUsers(deployment.view)) users.come();
    },
    waiting: (deployment) => {
      if (deployment !== undefined) narrator.now(`  ${toldNow(deployment, new Date().toISOString())}`);
    },
  };
}

function isServingUsers({ pipeline, stages }: DeploymentView): boolean {
  return (
    pipeline.pipeline === PIPELINE &&
    stages.some(({ name, state }) => name === WHOLE_SHIFT && state === 'passed')
  );
}

/** Users go on for a while after the rollback, so that they can tell who serves them now. */
async function seeTheEnd(deployed: readonly Deployed[], users: Users, signal: AbortSignal): Promise<void> {
  const last = deployed.at(-1);
  const canary = last === undefined || last.planned !== BAD ? undefined : badCanary(last.commits);
  if (canary === undefined) return;
  while (!signal.aborted && begunAfter(users.answers(), canary.to).length < 2 * ENOUGH_AFTER) {
    await pause(50);
  }
}
