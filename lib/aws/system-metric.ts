/** The namespace of the system's own metrics; the system's name is the dimension `service`. */
export const METRICS_NAMESPACE = 'Nonevent';

/** The metrics of how deployments ended, each named after the event that it counts. */
export const ENDINGS = [
  'DeploymentSucceeded',
  'DeploymentFailed',
  'DeploymentRolledBack',
  'DeploymentStuck',
] as const;

/** The metrics of what the system found out about itself. */
export const FINDINGS = ['RunsLost', 'HistoryNotSound'] as const;

/** A metric of the system: the functions count it, alarms and the dashboard show it. */
export type SystemMetric = (typeof ENDINGS)[number] | (typeof FINDINGS)[number];
