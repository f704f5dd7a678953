import { flagChanges } from '../../environments/flags.ts';
import type { Commit } from '../../history/event-store.ts';
import { collecting } from '../derive-verdicts.ts';
import { inspectFold } from '../inspect-fold.ts';
import { inspectAll } from '../inspector.ts';
import { readSeals } from '../read-seals.ts';
import { verifyChain } from '../verify-chain.ts';
import { type VerifyHistoryOptions, verifyHistory } from '../verify-history.ts';
import { type DeploymentRecord, recordOf } from './deployment-record.ts';
import type { AuditReport, FreedLease, ManualFlagChange, ReadinessFact, ReportScope } from './report.ts';

export type GatherReportOptions = Omit<VerifyHistoryOptions, 'stream'> & {
  readonly scope: ReportScope;
  /** Whether what is live in these environments could be rolled back now. Their streams are sound. */
  readonly readinessIn: (environments: readonly string[]) => Promise<readonly ReadinessFact[]>;
};

/**
 * Verifies a history and reads what a report tells of it. A time takes every deployment that has a commit in it, an
 * environment every one whose pipeline names it. The memory used grows with what is reported, not with the table.
 *
 * Errors: `StoreUnavailable`.
 */
export async function gatherReport(options: GatherReportOptions): Promise<AuditReport> {
  const { scope, client, table, now } = options;
  const record = await verifyHistory(options);
  const { chain } = await readSeals(options);
  const heads = chain.heads();
  const unsound = new Set(record.findings.map(({ stream }) => stream));
  const deployments: DeploymentRecord[] = [];
  const flags: ManualFlagChange[] = [];
  const freed: FreedLease[] = [];
  const environments: string[] = [];
  await verifyChain({
    client,
    table,
    skip: (stream) => !/^(deployment|environment)#/.test(stream ?? '') || unsound.has(stream),
    inspect: (stream) =>
      inspectAll([
        inspectFold(stream),
        collecting((commits) => {
          if (stream.startsWith('deployment#')) {
            if (isInScope(commits, scope)) deployments.push(recordOf(commits, heads.get(stream) ?? []));
            return;
          }
          const environment = stream.slice('environment#'.length);
          if (scope.environment !== undefined && scope.environment !== environment) return;
          environments.push(environment);
          flags.push(...manualChanges(commits, environment, scope));
          freed.push(...leasesFreedIn(commits, environment, scope));
        }),
      ]),
  });
  return {
    madeAt: new Date(now).toISOString(),
    scope,
    record,
    deployments: deployments.toSorted(byTime((one) => `${one.requestedAt} ${one.deployment}`)),
    manualFlagChanges: flags.toSorted(byTime((one) => `${one.at} ${one.environment}`)),
    freedLeases: freed.toSorted(byTime((one) => `${one.at} ${one.environment}`)),
    readiness: await options.readinessIn(environments.toSorted()),
  };
}

/** Whether a deployment belongs to a report. Pure. */
export function isInScope(commits: readonly Commit[], scope: ReportScope): boolean {
  const opening = commits[0]?.events[0];
  if (opening?.type !== 'DeploymentRequested') return false;
  const isThere =
    scope.environment === undefined || Object.hasOwn(opening.data.pipeline.environments, scope.environment);
  return isThere && commits.some(({ at }) => isWithin(at, scope));
}

function manualChanges(
  commits: readonly Commit[],
  environment: string,
  scope: ReportScope,
): readonly ManualFlagChange[] {
  return flagChanges(commits)
    .filter(({ deployment, at }) => deployment === undefined && isWithin(at, scope))
    .map((change) => ({ ...change, environment }));
}

function leasesFreedIn(
  commits: readonly Commit[],
  environment: string,
  scope: ReportScope,
): readonly FreedLease[] {
  return commits.flatMap(({ at, events }) =>
    events.flatMap(({ type, data }) =>
      type === 'LeaseFreed' && isWithin(at, scope) ? [{ ...data, environment, at }] : [],
    ),
  );
}

function isWithin(at: string, { since, until }: ReportScope): boolean {
  return (since === undefined || at >= since) && (until === undefined || at <= until);
}

function byTime<Dated>(keyOf: (dated: Dated) => string): (one: Dated, other: Dated) => number {
  return (one, other) => {
    const [left, right] = [keyOf(one), keyOf(other)];
    if (left === right) return 0;
    return left < right ? -1 : 1;
  };
}
