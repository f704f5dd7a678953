import { z } from 'zod';
import type { Judgement } from '../../history/deployment-events.ts';
import { plainLine } from '../../lifecycle/wording/plain-text.ts';
import type { Json } from '../../pipeline/json.ts';
import { maskText } from '../../secrets/mask-secrets.ts';
import { secretsOf, type Variables } from '../../secrets/secret-values.ts';
import { countsIn } from '../command/test-counts.ts';
import { buildStatus } from './build-status.ts';

/** What is recorded of a build that has ended. */
export const buildEvidence = z.object({
  build: z.string(),
  status: buildStatus,
  /** The first phase that did not succeed, and what CodeBuild says of it. */
  phase: z.string().nullable(),
  message: z.string(),
  durationMs: z.number().nullable(),
  /** The last lines of its log. */
  tail: z.string(),
  /** Where the whole log is. */
  log: z.string().nullable(),
  /** Counts of its test reports by their status; null where it has no reports. */
  tests: z.record(z.string(), z.number()).nullable(),
  artifact: z.string().nullable().optional(),
  /** How far a migration has come, by its own last mark. */
  progress: z.string().optional(),
});
export type BuildEvidence = z.output<typeof buildEvidence>;

/** The same without what a stage keeps secret, as far as that is known here. */
export function masked(evidence: BuildEvidence, stage: Variables): BuildEvidence {
  const secrets = secretsOf(stage);
  const mask = (text: string) => maskText(text, secrets);
  return { ...evidence, message: mask(evidence.message), tail: mask(evidence.tail) };
}

/** Judges a build that has ended, by what was recorded of it. `makes` is the folder that it had to make an artifact of. */
export function judgeBuild(recorded: Json, makes: string | undefined): Judgement {
  const expected =
    makes === undefined ? 'the build succeeded' : `the build succeeded and made the folder ${makes}`;
  const seen = buildEvidence.safeParse(recorded);
  if (!seen.success)
    return { verdict: 'inconclusive', expected, observed: 'no readable evidence of the build' };
  const observed = buildInWords(seen.data);
  if (seen.data.status === 'FAILED') return { verdict: 'fail', expected, observed };
  if (seen.data.status !== 'SUCCEEDED') return { verdict: 'inconclusive', expected, observed };
  if (makes !== undefined && typeof seen.data.artifact !== 'string')
    return { verdict: 'inconclusive', expected, observed: `${observed}; it named no artifact` };
  return { verdict: 'pass', expected, observed };
}

/** How a build ended: `build shop:5f0e FAILED in BUILD: exit status 1; tests: SUCCEEDED 11, FAILED 1`. */
export function buildInWords({ build, status, phase, message, tail, tests }: BuildEvidence): string {
  const where = phase === null || status === 'SUCCEEDED' ? '' : ` in ${phase}`;
  const why = message === '' || status === 'SUCCEEDED' ? '' : `: ${plainLine(message, 300)}`;
  return `build ${build} ${status}${where}${why}${whatItSaid(tail, tests)}`;
}

function whatItSaid(tail: string, tests: BuildEvidence['tests']): string {
  const reported = Object.entries(tests ?? {}).filter(([, count]) => count > 0);
  if (reported.length > 0)
    return `; tests: ${reported.map(([status, count]) => `${status} ${count}`).join(', ')}`;
  const counts = countsIn(tail);
  if (counts !== undefined) return `; tests: ${plainLine(counts.replace(/^tests:? /i, ''), 300)}`;
  const last = plainLine(tail.trimEnd().split('\n').at(-1) ?? '', 300);
  return last === '' ? '' : `; last line: ${last}`;
}
