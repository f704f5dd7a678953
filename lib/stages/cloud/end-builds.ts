import { openSession } from '../drive/session.ts';
import type { StageContext } from '../kind.ts';
import type { InProject } from './awaited-build.ts';
import { endBuild } from './run-build.ts';

/**
 * Ends every build that attempts of a stage have begun and that still runs, and waits until it has ended. An attempt whose time is up
 * leaves its build behind, and nothing else may work on the same thing beside it. In a new attempt its own build is not begun yet.
 *
 * Errors: those of `endBuild` and of the store.
 */
export async function endBuilds(stage: InProject, context: StageContext): Promise<void> {
  const { commits } = await openSession(context.store, context.deployment.view.deployment);
  const runs = commits
    .flatMap(({ events }) => events)
    .flatMap((event) =>
      event.type === 'StageAwaiting' && event.data.stage === stage.name ? [event.data.reference] : [],
    );
  for (const run of new Set(runs)) await endBuild(stage, context, run);
}
