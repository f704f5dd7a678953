import { environmentStream, foldEnvironment, revisionAsLastLive } from '../../environments/environment.ts';
import { acquireLease } from '../../environments/lease.ts';
import { artifactOf } from '../../environments/readiness.ts';
import { contractOf, schemaObstaclesToReturn } from '../../environments/schema-return.ts';
import type { RevisionRef } from '../../history/environment-events.ts';
import type { Commit } from '../../history/event-store.ts';
import type { DeploymentView } from '../../lifecycle/view.ts';
import { messageOf, NoneventError } from '../../nonevent-error.ts';
import type { EnvironmentDefinition } from '../../pipeline/environment.ts';
import { changesOf } from '../../pipeline/steps.ts';
import type { Target } from '../../targets/target.ts';
import { definitionOf, placedWith } from '../definition-of.ts';
import { schemaConflict } from '../migrate/require-schemas.ts';
import { captureBeforeShifts, withTraffic } from '../weights.ts';
import type { Services } from './services.ts';

/** What gets the traffic of an environment back. */
export type Prepared = { readonly environment: string; readonly returnsTo: string[] };

/**
 * Takes the lease of every environment that a rollback returns, and sees to it that the revisions which get the traffic back run.
 *
 * Errors: `Conflict` with the fact that stands against it; those of the store and the targets.
 */
export async function prepareReturn(
  services: Services,
  view: DeploymentView,
  signal: AbortSignal,
): Promise<readonly Prepared[]> {
  const prepared: Prepared[] = [];
  for (const change of changesOf(view.pipeline)) {
    if (change.kind === 'acquire')
      prepared.push(await prepareEnvironment(services, view, change.environment, signal));
  }
  return prepared;
}

async function prepareEnvironment(
  services: Services,
  view: DeploymentView,
  environment: string,
  signal: AbortSignal,
): Promise<Prepared> {
  const { pipeline } = view.pipeline;
  const applicant = { deployment: view.deployment, pipeline };
  // Who waits to bring something new waits until what is live is right again.
  await acquireLease(services.store, environment, applicant, { ahead: true });
  const places = changesOf(view.pipeline).some(
    (change) => change.kind === 'place' && change.environment === environment,
  );
  const { commits } = await services.store.load(environmentStream(environment));
  if (!places) {
    requireSchemasToReturn(commits, view, environment, []);
    return { environment, returnsTo: [] };
  }
  const pair = foldEnvironment(commits).live[pipeline];
  const live = pair?.live;
  if (live?.deployment !== view.of) throw notLive(view, environment, live);
  const before = captureBeforeShifts(view, environment);
  const names = Object.keys(withTraffic(before?.weights ?? {}));
  if (names.length === 0) throw nothingBefore(environment, pipeline);
  const returning = names.map((revision) => {
    const known = revisionAsLastLive(commits, pipeline, revision);
    if (known === undefined) throw cannotRun(environment, revision, 'it was never recorded as live');
    return known;
  });
  // Such a target comes back by what it remembered; there is nothing to place.
  if (before?.remembered !== undefined) return { environment, returnsTo: names };
  requireSchemasToReturn(commits, view, environment, returning);
  const stopping = pair?.cooled === true ? pair.knownGood?.revision : undefined;
  await makeRunning(services, view, { returning, stopping }, environment, signal);
  return { environment, returnsTo: names };
}

/** Where nothing is placed, a contract is all that could be taken back, and it cannot. */
function requireSchemasToReturn(
  commits: readonly Commit[],
  { pipeline: { pipeline }, of, deployment }: DeploymentView,
  environment: string,
  returning: readonly RevisionRef[],
): void {
  const now = foldEnvironment(commits);
  const undone = of ?? deployment;
  const contract = returning.length === 0 ? contractOf(now, undone) : undefined;
  const [obstacle] = [
    ...(contract === undefined ? [] : [`${contract} cannot be taken back`]),
    ...schemaObstaclesToReturn(now, pipeline, undone, returning),
  ];
  if (obstacle !== undefined) throw schemaConflict(environment, obstacle);
}

/** A revision that is kept warm runs already; an older one is placed again from its artifact. */
async function makeRunning(
  { store, targets }: Services,
  { pipeline: { pipeline, environments }, deployment: rollback }: DeploymentView,
  {
    returning,
    stopping,
  }: {
    readonly returning: readonly RevisionRef[];
    /** Its window is over: it may still run, but somebody has begun to stop it. */
    readonly stopping: string | undefined;
  },
  environment: string,
  signal: AbortSignal,
): Promise<void> {
  const serving = environments[environment];
  if (serving === undefined) throw new Error(`pipeline ${pipeline} has no environment ${environment}`);
  const targetWith = (definition: EnvironmentDefinition): Promise<Target> =>
    targets.target(environment, pipeline, definition, rollback);
  const current = await targetWith(serving);
  if (stopping !== undefined && returning.some(({ revision }) => revision === stopping))
    await current.remove(stopping);
  const { revisions } = await current.state();
  for (const ref of returning) {
    const { revision, deployment } = ref;
    if (revisions.some((one) => one.revision === revision && one.running)) continue;
    // It runs with the settings of its own deployment again, not with those that are taken back.
    const own = (await definitionOf(store, ref, environment)) ?? serving;
    try {
      const target = await targetWith(placedWith(own, serving));
      await target.place({ revision, deployment, artifact: artifactOf(ref) }, signal);
    } catch (thrown) {
      // Without its artifact it can never run; anything else may be different the next time.
      if (!(thrown instanceof NoneventError) || thrown.code !== 'ArtifactFailed') throw thrown;
      throw cannotRun(environment, revision, messageOf(thrown));
    }
  }
}

function notLive(
  { pipeline, of: undone, deployment }: DeploymentView,
  environment: string,
  live: RevisionRef | undefined,
): NoneventError {
  const of = undone ?? deployment;
  const environments = changesOf(pipeline).filter(({ kind }) => kind === 'acquire');
  const whole =
    environments.length > 1
      ? ', and then this one: a deployment is taken back in all of its environments or in none'
      : '';
  const now =
    live === undefined ? 'nothing is live' : `${live.revision} of deployment ${live.deployment} is live`;
  return new NoneventError('Conflict', `deployment ${of} is not what is live in ${environment}: ${now}`, {
    fields: { environment, deployment: of },
    hint: `undo what is live with \`nonevent rollback ${environment}\`${whole}`,
  });
}

function nothingBefore(environment: string, pipeline: string): NoneventError {
  return new NoneventError(
    'Conflict',
    `nothing of ${pipeline} was live in ${environment} before, so there is nothing to go back to`,
    { fields: { environment, pipeline }, hint: 'deploy another release with `nonevent deploy`' },
  );
}

function cannotRun(environment: string, revision: string, why: string): NoneventError {
  return new NoneventError(
    'Conflict',
    `${revision}, which would get the traffic back in ${environment}, cannot run: ${why}`,
    { fields: { environment, revision }, hint: 'deploy that release again with `nonevent deploy`' },
  );
}
