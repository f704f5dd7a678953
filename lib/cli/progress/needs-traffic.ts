import type { StageView } from '../../lifecycle/view.ts';
import { measurement } from '../../stages/analysis/measure.ts';

export const NEEDS_TRAFFIC = 'no requests yet; a canary needs traffic';

/** Whether a running analysis was given more time because its whole first window saw no request. Pure. */
export function needsTraffic({ kind, state, extended, failure, evidence }: StageView): boolean {
  if (kind !== 'analysis' || state !== 'running' || !extended) return false;
  const newest = measurement.safeParse(evidence ?? failure?.evidence);
  const first = measurement.safeParse(failure?.evidence);
  return [newest, first].every(({ data }) => data !== undefined && (data.candidate?.requests ?? 0) === 0);
}
