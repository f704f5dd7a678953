import { environmentStream } from '../../environments/environment.ts';
import { readOverview } from '../../environments/overview.ts';
import type { EventStore } from '../../history/event-store.ts';
import { NoneventError } from '../../nonevent-error.ts';
import { didYouMean } from '../../pipeline/suggest.ts';
import { findSettings, type Surroundings } from '../settings.ts';
import { readPipelineFile } from './read-file.ts';

const NEWEST = 10;

/** The environments that the pipeline file names and those of the newest deployments. */
export async function knownEnvironments(
  store: EventStore,
  surroundings: Surroundings,
): Promise<readonly string[]> {
  const { environments } = await readOverview(store, NEWEST);
  const file = findSettings(surroundings).file.value;
  const read = file === undefined ? undefined : await readPipelineFile(file, surroundings.folder);
  const written = read?.ok === true ? Object.keys(read.pipeline.environments) : [];
  return [...new Set([...written, ...Object.keys(environments)])].toSorted();
}

/**
 * Makes sure that there is an environment of this name, so that a typing error does not make another one.
 *
 * Errors: `NotFound`.
 */
export async function requireEnvironment(
  name: string,
  store: EventStore,
  surroundings: Surroundings,
): Promise<void> {
  if ((await store.load(environmentStream(name))).commits.length > 0) return;
  const known = await knownEnvironments(store, surroundings);
  if (known.includes(name)) return;
  const hint = didYouMean(name, known) ?? 'define it in the pipeline file';
  throw new NoneventError('NotFound', `there is no environment ${name}`, {
    fields: { environment: name },
    hint,
  });
}
