import type { RecordedFlagChange } from '../../environments/flags.ts';
import type { Readiness } from '../../environments/readiness.ts';
import type { EventData } from '../../history/events.ts';
import type { HistoryReport } from '../verify-history.ts';
import type { DeploymentRecord } from './deployment-record.ts';

/** Which part of the history a report is about. Times are ISO-8601 UTC and belong to it. */
export type ReportScope = {
  readonly since?: string;
  readonly until?: string;
  readonly environment?: string;
};

/** A flag that a person changed, and no deployment. */
export type ManualFlagChange = RecordedFlagChange & { readonly environment: string };

/** A lease that a person took from a deployment that had ended stuck. */
export type FreedLease = EventData<'LeaseFreed'> & { readonly environment: string; readonly at: string };

/** Whether what is live could be rolled back when the report was made. */
export type ReadinessFact = {
  readonly environment: string;
  readonly pipeline: string;
  readonly readiness: Readiness;
};

/** All that a report tells: what was read of the history, before anything is counted. */
export type AuditReport = {
  /** ISO-8601 UTC. */
  readonly madeAt: string;
  readonly scope: ReportScope;
  /** What `verifyHistory` came to, of the whole history whatever the scope is. */
  readonly record: HistoryReport;
  /** Oldest first. A deployment whose stream is not sound is not among them: `record` names it. */
  readonly deployments: readonly DeploymentRecord[];
  readonly manualFlagChanges: readonly ManualFlagChange[];
  readonly freedLeases: readonly FreedLease[];
  readonly readiness: readonly ReadinessFact[];
};
