import { z } from 'zod';
import type { StageView } from '../../lifecycle/view.ts';

export const NEEDS_TRAFFIC = 'no requests yet; a canary needs traffic';

/** The one thing of a measurement that is asked here, so that what older versions recorded is read as well. */
const counted = z.object({ candidate: z.object({ requests: z.number() }).nullable() });

/** Whether a running analysis was given more time because its whole first window saw no request, and has seen none since. Pure. */
export function needsTraffic({ kind, state, extended, failure, evidence }: StageView): boolean {
  if (kind !== 'analysis' || state !== 'running' || !extended) return false;
  return [failure?.evidence, evidence ?? failure?.evidence].every((seen) => {
    const { data } = counted.safeParse(seen);
    return data !== undefined && (data.candidate?.requests ?? 0) === 0;
  });
}
