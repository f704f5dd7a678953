import { z } from 'zod';
import { together } from '../walk.ts';
import { exportedFinding } from './exported-finding.ts';
import { readSealsReading, sealsReading } from './fold-seals.ts';
import { fromJson, toJson } from './ndjson.ts';
import type { Objects } from './objects.ts';
import { type Run, reportKey, resultKey } from './run.ts';
import { type GroupResult, groupResult } from './verify-group.ts';

/** What a verification of an export came to: as `audit verify` says it of a table. */
export const distributedReport = z.object({
  sound: z.boolean(),
  streams: z.int().min(0),
  commits: z.int().min(0),
  events: z.int().min(0),
  unsealed: z.int().min(0),
  seals: z.int().min(0),
  newestSeal: sealsReading.shape.newest,
  /** Those of seals first, then in the order of the streams; at most one for each stream. */
  findings: z.array(exportedFinding),
});
export type DistributedReport = z.output<typeof distributedReport>;

/** No answer of a Lambda function may be larger than 6 MB, and none of Step Functions than 256 KB. */
const FINDINGS_IN_ANSWER = 20;

/**
 * Adds up what was found of all groups and writes the report. Every group has to have been verified.
 *
 * Errors: `StoreUnavailable` for a group that was not; `HistoryCorrupt`.
 */
export async function concludeRun(
  objects: Objects,
  run: Run,
): Promise<DistributedReport & { readonly findingsInAll: number }> {
  const results: GroupResult[] = [];
  for (let group = 0; group < run.groups; group += 1) {
    const key = resultKey(run, group);
    results.push(fromJson(groupResult, await objects.read(key), key));
  }
  const seals = await readSealsReading(objects, run);
  const whole = together(results);
  const broken = new Set(whole.findings.map(({ stream }) => stream));
  const unfounded = Map.groupBy(
    results.flatMap((result) => result.unfounded).filter(({ stream }) => !broken.has(stream)),
    ({ stream }) => stream,
  );
  const firsts = [...unfounded.values()].flatMap((found) =>
    found.toSorted((one, other) => one.seq - other.seq).slice(0, 1),
  );
  const { findings } = together([{ ...whole, findings: [...whole.findings, ...firsts] }]);
  const all = seals.finding === null ? findings : [seals.finding, ...findings];
  const report: DistributedReport = {
    sound: all.length === 0,
    streams: whole.streams,
    commits: whole.commits,
    events: whole.events,
    unsealed: results.reduce((sum, { unsealed }) => sum + unsealed, 0),
    seals: seals.seals,
    newestSeal: seals.newest,
    findings: [...all],
  };
  await objects.write(reportKey(run), toJson(report));
  return { ...report, findings: all.slice(0, FINDINGS_IN_ANSWER), findingsInAll: all.length };
}
