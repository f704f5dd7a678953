import { z } from 'zod';
import type { StageView } from '../../lifecycle/view.ts';

export const NEEDS_TRAFFIC = 'no requests yet; a canary needs traffic';

/** The one thing of a measurement that is asked here, so that what older versions recorded is read as well. */
const counted = z.object({
  candidate: z.object({ requests: z.number() }).nullable(),
  elapsedSeconds: z.number().optional(),
});

/** So long a measurement may see no request before that is said: traffic may take a moment to come. */
const PATIENCE_SECONDS = 10;

/** Whether a running analysis has seen no request for ten seconds or its whole first window, and none since. Pure. */
export function needsTraffic({ kind, state, extended, failure, evidence }: StageView): boolean {
  if (kind !== 'analysis' || state !== 'running') return false;
  if (!extended) return isUnasked(evidence);
  return [failure?.evidence, evidence ?? failure?.evidence].every((seen) => requestsIn(seen) === 0);
}

/** Whether what was measured is no request in a time in which there should have been one. Pure. */
export function isUnasked(evidence: unknown): boolean {
  const { data } = counted.safeParse(evidence);
  return requestsIn(evidence) === 0 && (data?.elapsedSeconds ?? 0) >= PATIENCE_SECONDS;
}

function requestsIn(evidence: unknown): number | undefined {
  const { data } = counted.safeParse(evidence);
  return data === undefined ? undefined : (data.candidate?.requests ?? 0);
}
