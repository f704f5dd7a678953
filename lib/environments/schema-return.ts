import type { DeploymentId } from '../history/deployment-id.ts';
import type { RevisionRef } from '../history/environment-events.ts';
import { declaredFor, declaredInWords, runsOnServed } from '../pipeline/schemas.ts';
import type { Environment } from './environment.ts';
import { type SchemaChange, type SchemaState, servedVersions } from './schema.ts';

/**
 * What becomes of a migration when its deployment is taken back. `undo`: its undo runs, or it is harmless and counts no more.
 * `left`: it stays, because a contract ended what was before it, or because it is harmless and others came after it.
 */
export type WayBack = 'undo' | 'left' | { readonly obstacle: string };

/** The way back of one migration that stands. Only the newest of a schema can be undone. Pure. */
export function wayBack(schema: string, { changes }: SchemaState, change: SchemaChange): WayBack {
  const index = changes.indexOf(change);
  const since = changes.slice(index);
  if (since.some(({ phase }) => phase === 'contract')) return 'left';
  const after = since[1];
  if (after === undefined) return 'undo';
  if (change.harmless) return 'left';
  const obstacle = `${change.phase} ${change.stage} of schema ${schema} cannot be undone: ${after.phase} ${after.stage} of deployment ${after.deployment} came after it`;
  return { obstacle };
}

/**
 * What the schemas of an environment have against taking a deployment back to these revisions: its migrations cannot be undone,
 * what gets the traffic back does not run on what stays, or another pipeline needs what goes. Pure.
 */
export function schemaObstaclesToReturn(
  { schemas, live }: Pick<Environment, 'schemas' | 'live'>,
  pipeline: string,
  of: DeploymentId,
  returnsTo: readonly RevisionRef[],
): readonly string[] {
  return Object.entries(schemas).flatMap(([schema, state]) => {
    const { after, obstacles } = takenBack(schema, state, of);
    const others = Object.entries(live).flatMap(([name, { live: now, knownGood }]) =>
      name === pipeline ? [] : [now, ...(knownGood === null ? [] : [knownGood])],
    );
    return [
      ...obstacles,
      ...returnsTo.flatMap((revision) => unableToReturn(revision, schema, after)),
      ...(after === state ? [] : others.flatMap((revision) => unableToStay(revision, schema, after))),
    ];
  });
}

/** The contract of a deployment that still stands, of whatever schema. Pure. */
export function contractOf({ schemas }: Pick<Environment, 'schemas'>, of: DeploymentId): string | undefined {
  return Object.entries(schemas).flatMap(([schema, { changes }]) =>
    changes.flatMap(({ phase, deployment, stage }) =>
      phase === 'contract' && deployment === of ? [`contract ${stage} of schema ${schema}`] : [],
    ),
  )[0];
}

function takenBack(
  schema: string,
  state: SchemaState,
  of: DeploymentId,
): { readonly after: SchemaState; readonly obstacles: readonly string[] } {
  const own = state.changes.filter(({ deployment }) => deployment === of).toReversed();
  let after = state;
  const obstacles: string[] = [];
  for (const change of own) {
    const way = wayBack(schema, after, change);
    if (way === 'undo') after = { ...after, changes: after.changes.filter((other) => other !== change) };
    else if (way !== 'left') obstacles.push(way.obstacle);
  }
  return { after, obstacles };
}

/** Old code that declares nothing is not disturbed by what was added; what a contract removed it may have needed. */
function unableToReturn(ref: RevisionRef, schema: string, after: SchemaState): readonly string[] {
  const declared = declaredFor(ref.schemas, schema);
  const contract = after.changes.findLast(({ phase }) => phase === 'contract');
  if (runsOnServed(declared, servedVersions(after))) return [];
  if (declared === undefined && contract === undefined) return [];
  const since =
    contract === undefined ? '' : ` since contract ${contract.stage} of deployment ${contract.deployment}`;
  return [
    `${ref.revision}, which would get the traffic back, ${declaredInWords(declared, schema)}; only ${servedVersions(after).join(', ')} would be served${since}`,
  ];
}

function unableToStay(ref: RevisionRef, schema: string, after: SchemaState): readonly string[] {
  const declared = declaredFor(ref.schemas, schema);
  if (declared === undefined || runsOnServed(declared, servedVersions(after))) return [];
  return [
    `${ref.revision}, which stays, ${declaredInWords(declared, schema)}; only ${servedVersions(after).join(', ')} would be served`,
  ];
}
