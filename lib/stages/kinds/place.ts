import { z } from 'zod';
import { environmentStream } from '../../environments/environment.ts';
import { USUAL_RECOVERIES } from '../../lifecycle/recoveries.ts';
import { NoneventError } from '../../nonevent-error.ts';
import type { PlaceStage } from '../../pipeline/kinds/place.ts';
import type { TargetState } from '../../targets/target.ts';
import type { ChangeKind, StageContext } from '../kind.ts';
import { requireServed } from '../migrate/require-schemas.ts';
import { revisionOf } from '../revision.ts';
import { targetOf } from '../target-of.ts';

const capture = z.object({ revision: z.string(), alreadyRunning: z.boolean() });

/** Starts the release beside the live revision, without traffic. Undo removes it, unless it ran before the stage began. */
export const placeKind: ChangeKind<PlaceStage> = {
  // A service that did not become healthy in the whole time would make everybody wait for that time again.
  recoveries: USUAL_RECOVERIES,

  async capture(stage, context) {
    await requireSchemasServed(stage, context);
    const { revision } = revisionOf(context.deployment.view);
    const { revisions } = await (await targetOf(context, stage.environment)).state();
    return { revision, alreadyRunning: isRunning(revisions, revision) };
  },

  async apply(stage, context) {
    const placed = revisionOf(context.deployment.view);
    const target = await targetOf(context, stage.environment);
    const result = await target.place(placed, context.signal);
    const known = { revision: placed.revision, artifact: placed.artifact };
    if (result.address === undefined) {
      return {
        evidence: { ...known, id: result.id, facts: result.facts },
        expected: `${placed.revision} ready to get traffic`,
        observed: `${placed.revision} is ${result.id}`,
      };
    }
    const { address } = result;
    return {
      evidence: { ...known, address },
      expected: `${placed.revision} running and healthy`,
      observed: `${placed.revision} answers at ${address}`,
    };
  },

  async undo(stage, context, captured) {
    const { revision, alreadyRunning } = capture.parse(captured);
    if (alreadyRunning) return { revision, removed: false };
    const target = await targetOf(context, stage.environment);
    await target.remove(revision);
    const { revisions } = await target.state();
    if (!isRunning(revisions, revision)) return { revision, removed: true };
    throw new NoneventError('TargetFailed', `${revision} still runs after it was removed`, {
      fields: { revision, environment: stage.environment },
      hint: 'look at its log in the data folder of the target',
    });
  },
};

/** Only a release that declares schemas needs any. */
async function requireSchemasServed(
  { environment }: PlaceStage,
  { store, deployment: { view } }: StageContext,
): Promise<void> {
  if (view.pipeline.schemas === undefined) return;
  const { commits } = await store.load(environmentStream(environment));
  requireServed(view, environment, commits);
}

function isRunning(revisions: TargetState['revisions'], revision: string): boolean {
  return revisions.some((known) => known.revision === revision && known.running);
}
