import type { DeploymentId } from '../history/deployment-id.ts';
import type { Commit } from '../history/event-store.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { changesOf } from '../pipeline/steps.ts';
import { type Environment, foldEnvironment } from './environment.ts';
import { type Ground, leaseInWords, type Readiness, readinessOf } from './readiness.ts';
import { contractOf, schemaObstaclesToReturn } from './schema-return.ts';

/** What is known of an environment that a deployment changes. */
export type Known = { readonly commits: readonly Pick<Commit, 'events'>[]; readonly ground: Ground };

/**
 * Whether what is live in an environment could be rolled back, where its deployment changed others too. A deployment is taken back in all
 * of them or in none, so a fact against it in one stands against it in each, and says where it is. Pure.
 */
export function readinessEverywhere(
  here: Known,
  definition: Pipeline,
  others: Readonly<Record<string, Known>>,
): Readiness {
  const { pipeline } = definition;
  const own = readinessOf(here.commits, pipeline, here.ground);
  const live = foldEnvironment(here.commits).live[pipeline]?.live;
  if (live === undefined) return own;
  const elsewhere = Object.entries(others).flatMap(([environment, known]) =>
    factsAgainst(environment, definition, live.deployment, known).map(
      (fact) => `it is taken back in ${environment} too, where ${fact}`,
    ),
  );
  if (elsewhere.length === 0) return own;
  return { ready: false, blocking: [...(own.ready ? [] : own.blocking), ...elsewhere] };
}

/** The environments that a rollback of a deployment takes back: those whose lease it takes. Pure. */
export function environmentsTakenBack(definition: Pipeline): readonly string[] {
  return changesOf(definition).flatMap((change) => (change.kind === 'acquire' ? [change.environment] : []));
}

function factsAgainst(
  environment: string,
  definition: Pipeline,
  deployment: DeploymentId,
  known: Known,
): readonly string[] {
  const now = foldEnvironment(known.commits);
  const places = changesOf(definition).some(
    (change) => change.kind === 'place' && change.environment === environment,
  );
  if (!places) return factsWithoutRevision(now, definition.pipeline, deployment);
  const live = now.live[definition.pipeline]?.live;
  if (live?.deployment !== deployment)
    return [`${live === undefined ? 'nothing' : live.release.version} is live by now`];
  const readiness = readinessOf(known.commits, definition.pipeline, known.ground);
  return readiness.ready ? [] : readiness.blocking;
}

/** Where nothing is placed, a contract is all that could be taken back, and it cannot. */
function factsWithoutRevision(
  now: Environment,
  pipeline: string,
  deployment: DeploymentId,
): readonly string[] {
  const contract = contractOf(now, deployment);
  return [
    ...leaseInWords(now),
    ...(contract === undefined ? [] : [`${contract} cannot be taken back`]),
    ...schemaObstaclesToReturn(now, pipeline, deployment, []),
  ];
}
