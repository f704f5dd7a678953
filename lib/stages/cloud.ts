import type { Builds } from './cloud/builds.ts';
import type { FunctionInvoker } from './cloud/function-invoker.ts';
import type { CloudMetrics } from './cloud/metrics.ts';

/** What AWS does for stages. A system on one machine has it only where it was given one. */
export type Cloud = {
  /** Commands that run on AWS CodeBuild. */
  readonly builds: Builds;
  /** Functions in AWS Lambda. */
  readonly functions: FunctionInvoker;
  /** Metrics and alarms of Amazon CloudWatch. */
  readonly metrics?: CloudMetrics;
};
