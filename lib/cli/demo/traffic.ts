import type { Answer } from './load-generator.ts';

/** A span of time in milliseconds since 1970, both ends included. */
export type Window = { readonly from: number; readonly to: number };

/** What users saw in a window. */
export type Traffic = {
  readonly requests: number;
  readonly failed: number;
  /** How many answers each release gave. */
  readonly byRelease: Readonly<Record<string, number>>;
};

/** Whether a user did not get what they asked for. Every path that is asked for exists, so only 200 will do. */
export function hasFailed({ status }: Answer): boolean {
  return status !== 200;
}

/** Counts requests. Pure. */
export function trafficOf(answers: readonly Answer[]): Traffic {
  const byRelease: Record<string, number> = {};
  for (const { release } of answers) {
    if (release !== undefined) byRelease[release] = (byRelease[release] ?? 0) + 1;
  }
  return { requests: answers.length, failed: answers.filter(hasFailed).length, byRelease };
}

/** The requests that were open at any moment of the window. Pure. */
export function openDuring(answers: readonly Answer[], { from, to }: Window): readonly Answer[] {
  return answers.filter(({ startedAt, endedAt }) => startedAt <= to && endedAt >= from);
}

/** The requests that began after a moment. Pure. */
export function begunAfter(answers: readonly Answer[], moment: number): readonly Answer[] {
  return answers.filter(({ startedAt }) => startedAt > moment);
}
