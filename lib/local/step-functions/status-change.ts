import type { BusEvent } from '../event-bridge/event.ts';
import { stateMachineArn } from './arns.ts';
import type { Execution } from './execution.ts';

/**
 * The event that Step Functions publishes when an execution began or ended
 * (https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html). As there, best effort: a system
 * that is killed between the end and its event never publishes it.
 */
export function statusChange(
  execution: Execution,
): Pick<BusEvent, 'source' | 'detail-type' | 'resources' | 'detail'> {
  const { ended } = execution;
  return {
    source: 'aws.states',
    'detail-type': 'Step Functions Execution Status Change',
    resources: [execution.arn],
    detail: {
      executionArn: execution.arn,
      stateMachineArn: stateMachineArn(execution.stateMachine),
      name: execution.name,
      status: ended?.status ?? 'RUNNING',
      startDate: execution.startedAt,
      stopDate: ended?.endedAt ?? null,
      input: execution.input,
      output: ended?.output ?? null,
      error: ended?.error ?? null,
      cause: ended?.cause ?? null,
    },
  };
}
