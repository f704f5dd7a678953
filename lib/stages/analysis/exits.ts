import { z } from 'zod';
import type { Judgement } from '../../history/deployment-events.ts';
import type { AnalysisStage } from '../../pipeline/kinds/analysis.ts';
import type { Json, StageContext } from '../kind.ts';
import { revisionOf } from '../revision.ts';
import { targetOf } from '../target-of.ts';
import { exitsOf } from './measure.ts';

const exitsBefore = z.int().min(0);
const exitsSince = z.int().min(0);

/** Takes note of how often the new revision had ended by itself, for an analysis that counts no traffic. */
export async function beginExits(stage: AnalysisStage, context: StageContext): Promise<Json> {
  const target = await targetOf(context, stage.environment);
  return exitsOf((await target.state()).revisions, revisionOf(context.deployment.view).revision);
}

/** How often it has ended by itself since; `null` where an attempt began before that was noted. */
export async function observeExits(stage: AnalysisStage, context: StageContext, begun: Json): Promise<Json> {
  const before = exitsBefore.safeParse(begun);
  if (!before.success) return null;
  return Math.max(0, exitsBefore.parse(await beginExits(stage, context)) - before.data);
}

/** A revision that ended by itself is rejected whatever its metrics say; one that did not needs no verdict of its own. Pure. */
export function judgeExits(recorded: Json): readonly Judgement[] {
  const { data: exits = 0 } = exitsSince.safeParse(recorded);
  if (exits === 0) return [];
  const times = exits === 1 ? 'once' : `${exits} times`;
  return [{ verdict: 'fail', expected: 'no exit', observed: `the new revision ended by itself ${times}` }];
}
