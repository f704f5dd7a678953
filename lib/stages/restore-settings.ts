import { settingsDigest } from '../environments/settings.ts';
import type { RevisionRef } from '../history/environment-events.ts';
import { definitionOf } from './definition-of.ts';
import type { StageContext } from './kind.ts';

/**
 * Gives a target the settings back that what is live runs with, where a deployment that is undone had brought others. Repeating it
 * changes nothing.
 *
 * Errors: those of the store and of the target.
 */
export async function restoreSettings(
  { store, targets, deployment: { view } }: StageContext,
  environment: string,
  live: RevisionRef | undefined,
): Promise<void> {
  const ours = view.pipeline.environments[environment];
  if (live === undefined || ours === undefined) return;
  const digest = settingsDigest(ours);
  if (live.settings?.digest === digest) return;
  const before = await definitionOf(store, live, environment);
  if (before === undefined || settingsDigest(before) === digest) return;
  await targets.target(environment, view.pipeline.pipeline, before, view.deployment);
}
