import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { createCloudMetrics } from '../../../lib/stages/cloud/cloudwatch-metrics.ts';
import type { CloudMetrics } from '../../../lib/stages/cloud/metrics.ts';

/** The metrics and alarms of CloudWatch. */
export function openMetrics(): CloudMetrics {
  return createCloudMetrics(new CloudWatchClient({}));
}
