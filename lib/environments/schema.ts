import type { EventData } from '../history/events.ts';
import { type ByName, withNamed } from './by-name.ts';

/** A migration that was made and not taken back. */
export type SchemaChange = Pick<
  EventData<'SchemaChanged'>,
  'stage' | 'phase' | 'from' | 'to' | 'harmless' | 'deployment'
>;

/** A schema of an environment: where it was found, and what was made of it since, oldest first. */
export type SchemaState = { readonly base: number; readonly changes: readonly SchemaChange[] };

export type SchemaStates = ByName<SchemaState>;

/** What a migration says of the versions. */
export type Migration = Pick<SchemaChange, 'phase' | 'from' | 'to'>;

/**
 * The versions that a schema serves, lowest first. Expand and data add one and leave the older ones served; a contract ends
 * all but its own. Pure.
 */
export function servedVersions({ base, changes }: SchemaState): readonly number[] {
  const contract = changes.findLastIndex(({ phase }) => phase === 'contract');
  if (contract === -1) return [base, ...changes.map(({ to }) => to)];
  return changes.slice(contract).map(({ to }) => to);
}

/** The newest version that a schema serves. Pure. */
export function newestVersion({ base, changes }: SchemaState): number {
  return changes.at(-1)?.to ?? base;
}

/**
 * Whether a migration has been made already, by whichever deployment: the schema has its version. A contract has been made when
 * nothing older is served either. Pure.
 */
export function isMigrated(state: SchemaState | undefined, { phase, to }: Migration): boolean {
  if (state === undefined) return false;
  const served = servedVersions(state);
  return (phase === 'contract' ? Math.min(...served) : newestVersion(state)) >= to;
}

/** A schema after a migration. One of which nothing is known yet begins where the migration begins. Pure. */
export function withChange(state: SchemaState | undefined, change: SchemaChange): SchemaState {
  const { base, changes } = state ?? { base: change.from, changes: [] };
  return { base, changes: [...changes, change] };
}

/** The schemas after an event of their environment. Pure. */
export function afterSchemaChange(states: SchemaStates, data: EventData<'SchemaChanged'>): SchemaStates {
  const { schema, stage, phase, from, to, harmless, deployment, undone } = data;
  const state = Object.hasOwn(states, schema) ? states[schema] : undefined;
  const change: SchemaChange = { stage, phase, from, to, harmless, deployment };
  if (!undone) return withNamed(states, schema, withChange(state, change));
  if (state === undefined) return states;
  return withNamed(states, schema, { ...state, changes: withoutNewest(state.changes, change) });
}

/** The change of a deployment's stage that still stands; `undefined` where there is none. Pure. */
export function standingChange(
  state: SchemaState | undefined,
  deployment: SchemaChange['deployment'],
  stage: string,
): SchemaChange | undefined {
  return state?.changes.findLast((change) => change.deployment === deployment && change.stage === stage);
}

/** `serves 1, 2; expand to 2 by deployment 0123abcd`. Pure. */
export function schemaInWords(state: SchemaState): string {
  const newest = state.changes.at(-1);
  const by =
    newest === undefined
      ? 'nothing was migrated, or all of it was taken back'
      : `${newest.phase} to ${newest.to} by deployment ${newest.deployment.slice(0, 8)}`;
  return `serves ${servedVersions(state).join(', ')}; ${by}`;
}

/** A contract cannot be taken back, whatever a forged event says of it. */
function withoutNewest(
  changes: readonly SchemaChange[],
  { deployment, stage }: SchemaChange,
): readonly SchemaChange[] {
  const newest = changes.findLastIndex(
    (change) => change.deployment === deployment && change.stage === stage && change.phase !== 'contract',
  );
  return changes.filter((_, index) => index !== newest);
}
