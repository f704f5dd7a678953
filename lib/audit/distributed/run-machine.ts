import {
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  type SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { NoneventError } from '../../nonevent-error.ts';
import { asking } from './asking.ts';
import { type RunInput, reportKey } from './run.ts';
import type { Step, Waiting } from './waiting.ts';

/** How an execution that verified an export ended: both endings have a report. */
export type Execution = { readonly ending: 'sound' | 'tampered' };

/**
 * Starts the state machine that verifies an export and waits for its end. Gives the step where the waiting was interrupted.
 *
 * Errors: `StoreUnavailable` where it ended without a report.
 */
export async function runMachine(
  { states, machine }: { readonly states: SFNClient; readonly machine: string },
  waiting: Waiting,
  input: RunInput,
): Promise<Execution | Step> {
  const { executionArn: arn = '' } = await asking('start the verification', 'states:StartExecution', () =>
    states.send(new StartExecutionCommand({ stateMachineArn: machine, input: JSON.stringify(input) })),
  );
  const report = `s3://${input.bucket}/${reportKey(input.run)}`;
  const step: Step = { waitsFor: 'verification', arn, report };
  for (;;) {
    const execution = await asking('see how far the verification is', 'states:DescribeExecution', () =>
      states.send(new DescribeExecutionCommand({ executionArn: arn })),
    );
    const ended = endOf(execution, arn);
    if (ended !== undefined) return ended;
    if (!(await waiting.again(step))) return step;
  }
}

function endOf({ status, error, cause }: DescribeExecutionCommandOutput, arn: string): Execution | undefined {
  if (status === 'RUNNING' || status === 'PENDING_REDRIVE') return undefined;
  if (status === 'SUCCEEDED') return { ending: 'sound' };
  if (status === 'FAILED' && error === 'HistoryTampered') return { ending: 'tampered' };
  throw new NoneventError(
    'StoreUnavailable',
    `the verification ended as ${status} with ${error ?? 'no error'}: ${cause ?? 'no cause given'}`,
    {
      fields: { execution: arn },
      hint: 'look at the execution, which names the function that failed; this says nothing about the history; then type the command again',
    },
  );
}
