import { environmentStream, foldEnvironment, type LivePair } from '../../environments/environment.ts';
import type { EventStore } from '../../history/event-store.ts';
import type { Pipeline } from '../../pipeline/pipeline.ts';
import { stagesOf } from '../../pipeline/steps.ts';

/** What is live of a pipeline, by environment; `undefined` where nothing is. */
export type LiveNow = Readonly<Record<string, LivePair | undefined>>;

/** Reads what is live of a pipeline in each of its environments. */
export async function liveNow(store: EventStore, pipeline: Pipeline): Promise<LiveNow> {
  const names = Object.keys(pipeline.environments);
  const pairs = await Promise.all(
    names.map(async (name) => {
      const { commits } = await store.load(environmentStream(name));
      return [name, foldEnvironment(commits).live[pipeline.pipeline]] as const;
    }),
  );
  return Object.fromEntries(pairs);
}

/** The environment that the last stage works in: where a deployment ends up. */
export function lastEnvironment(pipeline: Pipeline): string | undefined {
  const named = stagesOf(pipeline).flatMap((stage) =>
    'environment' in stage && stage.environment !== undefined ? [stage.environment] : [],
  );
  return named.at(-1) ?? Object.keys(pipeline.environments).at(-1);
}
