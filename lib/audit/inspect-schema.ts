import { newestVersion, type SchemaStates } from '../environments/schema.ts';
import type { EventData } from '../history/events.ts';

/**
 * What is wrong with a change of a schema where its environment's stands: a migration begins at the newest version, the newest one
 * alone is taken back as what it was made, and a contract never is. `undefined` where nothing is. Pure.
 */
export function schemaIllegality(
  states: SchemaStates,
  change: EventData<'SchemaChanged'>,
): string | undefined {
  const { schema, stage, phase, from, to, deployment, undone } = change;
  const state = Object.hasOwn(states, schema) ? states[schema] : undefined;
  const what = `${phase} ${stage} of schema ${schema}`;
  if (!undone) {
    if (to <= from) return `${what} leads from ${from} to ${to}`;
    if (state === undefined || newestVersion(state) === from) return undefined;
    return `${what} begins at ${from}, but the schema is at ${newestVersion(state)}`;
  }
  if (phase === 'contract') return `${what} is taken back, which cannot be`;
  const newest = state?.changes.at(-1);
  if (newest?.deployment !== deployment || newest.stage !== stage) {
    const is = newest === undefined ? 'nothing was changed' : `the newest change is ${newest.stage}`;
    return `${what} is taken back, but ${is}`;
  }
  if (newest.phase === 'contract') return `${what} is taken back, but it is a contract, which cannot be`;
  const wrong = (['phase', 'from', 'to', 'harmless'] as const).find(
    (field) => newest[field] !== change[field],
  );
  return wrong && `${what} is taken back with ${wrong} ${change[wrong]}, but was made with ${newest[wrong]}`;
}
