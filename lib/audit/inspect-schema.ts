import { newestVersion, type SchemaStates } from '../environments/schema.ts';
import type { EventData } from '../history/events.ts';

/**
 * What is wrong with a change of a schema where its environment's stands: a migration begins at the newest version, the newest one
 * alone is taken back, and a contract never is. `undefined` where nothing is. Pure.
 */
export function schemaIllegality(
  states: SchemaStates,
  { schema, stage, phase, from, to, deployment, undone }: EventData<'SchemaChanged'>,
): string | undefined {
  const state = Object.hasOwn(states, schema) ? states[schema] : undefined;
  const what = `${phase} ${stage} of schema ${schema}`;
  if (!undone) {
    if (to <= from) return `${what} leads from ${from} to ${to}`;
    if (state === undefined || newestVersion(state) === from) return undefined;
    return `${what} begins at ${from}, but the schema is at ${newestVersion(state)}`;
  }
  if (phase === 'contract') return `${what} is taken back, which cannot be`;
  const newest = state?.changes.at(-1);
  if (newest?.deployment === deployment && newest.stage === stage) return undefined;
  const is = newest === undefined ? 'nothing was changed' : `the newest change is ${newest.stage}`;
  return `${what} is taken back, but ${is}`;
}
