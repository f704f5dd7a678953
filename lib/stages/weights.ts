import { z } from 'zod';
import type { DeploymentView } from '../lifecycle/view.ts';
import { json } from '../pipeline/json.ts';
import type { ShiftStage } from '../pipeline/kinds/shift.ts';
import { stagesOf } from '../pipeline/steps.ts';
import type { Weights } from '../targets/target.ts';

/** What a shift captures: the weights that it will replace, and what its target needs beyond them to come back. */
export const shiftCapture = z.object({
  weights: z.record(z.string(), z.number().min(0).max(100)),
  remembered: json.optional(),
});
export type ShiftCapture = z.output<typeof shiftCapture>;

/** Weights without the revisions that get nothing, so that equal routing is equal weights. */
export function withTraffic(weights: Weights): Weights {
  return Object.fromEntries(Object.entries(weights).filter(([, percent]) => percent > 0));
}

export function sameWeights(left: Weights, right: Weights): boolean {
  const [ours, theirs] = [withTraffic(left), withTraffic(right)];
  const names = Object.keys(ours);
  return names.length === Object.keys(theirs).length && names.every((name) => ours[name] === theirs[name]);
}

/** The weights before the first shift of this deployment in an environment; `undefined` where it has shifted nothing yet. */
export function weightsBeforeShifts(view: DeploymentView, environment: string): Weights | undefined {
  return captureBeforeShifts(view, environment)?.weights;
}

/** What the first shift of this deployment in an environment has captured. */
export function captureBeforeShifts(view: DeploymentView, environment: string): ShiftCapture | undefined {
  for (const stage of stagesOf(view.pipeline)) {
    if (stage.kind !== 'shift' || stage.environment !== environment) continue;
    const captured = shiftCapture.safeParse(view.stages.find(({ name }) => name === stage.name)?.capture);
    if (captured.success) return captured.data;
  }
  return undefined;
}

/** Whether no later shift in the environment of this one has begun, so that it decides where users are. */
export function isNewestShift(view: DeploymentView, shift: ShiftStage): boolean {
  const stages = stagesOf(view.pipeline);
  const later = stages.slice(stages.findIndex(({ name }) => name === shift.name) + 1);
  const begun = new Set(
    view.stages.filter(({ startedAt }) => startedAt !== undefined).map(({ name }) => name),
  );
  return !later.some(
    (stage) => stage.kind === 'shift' && stage.environment === shift.environment && begun.has(stage.name),
  );
}

/**
 * The weights with `percent` for one revision and the rest spread over the others in proportion to what they had.
 * Whole numbers that sum to 100, by largest remainder. With no other revision the one gets everything: no user is sent nowhere.
 */
export function spread(revision: string, percent: number, others: Weights): Weights {
  const shares = Object.entries(withTraffic(others)).filter(([name]) => name !== revision);
  const total = shares.reduce((sum, [, weight]) => sum + weight, 0);
  if (total === 0) return { [revision]: 100 };
  const rest = 100 - percent;
  const parts = shares.map(([name, weight]) => ({
    name,
    whole: Math.floor((rest * weight) / total),
    remainder: ((rest * weight) / total) % 1,
  }));
  const missing = rest - parts.reduce((sum, { whole }) => sum + whole, 0);
  const rounded = parts
    .toSorted((left, right) => right.remainder - left.remainder || (left.name < right.name ? -1 : 1))
    .map(({ name, whole }, index) => [name, whole + (index < missing ? 1 : 0)] as const);
  return withTraffic({ [revision]: percent, ...Object.fromEntries(rounded) });
}

/** Weights in words: `1.0.0-aaaaaaaa 90 %, 1.1.0-bbbbbbbb 10 %`. */
export function weightsInWords(weights: Weights): string {
  const parts = Object.entries(withTraffic(weights)).map(([name, percent]) => `${name} ${percent} %`);
  return parts.length === 0 ? 'no traffic to anyone' : parts.join(', ');
}
