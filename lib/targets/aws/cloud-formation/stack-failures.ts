import { DescribeStackEventsCommand } from '@aws-sdk/client-cloudformation';
import { z } from 'zod';
import { NoneventError } from '../../../nonevent-error.ts';
import type { CloudFormationTarget } from '../../../pipeline/target-kinds/cloud-formation.ts';
import type { AwsGround } from '../ground.ts';
import type { Stack } from './stack-state.ts';

export function busyStack({ stack }: CloudFormationTarget, found: Stack | undefined): NoneventError {
  return new NoneventError(
    'TargetFailed',
    `the stack ${stack} is ${found?.StackStatus}: it is being changed`,
    {
      fields: { stack },
      hint: 'look who else changes the stack, and try again when it is done',
    },
  );
}

export function deadStack({ stack }: CloudFormationTarget, found: Stack | undefined): NoneventError {
  return new NoneventError(
    'Conflict',
    `the stack ${stack} is ${found?.StackStatus}: its creation failed, so it can only be deleted`,
    {
      fields: { stack },
      hint: `look at its events, then \`aws cloudformation delete-stack --stack-name ${stack}\``,
    },
  );
}

export function brokenStack({ stack }: CloudFormationTarget, found: Stack | undefined): NoneventError {
  const status = found?.StackStatus ?? 'unknown';
  const hint =
    status === 'UPDATE_ROLLBACK_FAILED'
      ? `mend what its events name, then \`aws cloudformation continue-update-rollback --stack-name ${stack}\``
      : 'look at its events in the CloudFormation console';
  const why = found?.StackStatusReason === undefined ? '' : `: ${found.StackStatusReason}`;
  return new NoneventError('TargetFailed', `the stack ${stack} is ${status}${why}`, {
    fields: { stack, status },
    hint,
  });
}

/** CloudFormation went back by itself. */
export async function takenBack(
  target: CloudFormationTarget,
  found: Stack | undefined,
  ground: AwsGround,
): Promise<NoneventError> {
  const { stack } = target;
  const reasons = await reasonsOf(stack, ground);
  const status = found?.StackStatus ?? 'gone';
  return new NoneventError(
    'Conflict',
    `the stack ${stack} could not be changed and is ${status}: ${reasons[0] ?? 'CloudFormation gave no reason'}`,
    { fields: { stack, status, log: reasons.join('\n') }, hint: 'look at the events of the stack' },
  );
}

const events = z.array(
  z.object({
    LogicalResourceId: z.string().optional(),
    ResourceStatus: z.string().optional(),
    ResourceStatusReason: z.string().optional(),
  }),
);

/** What failed in the newest events, the cause before what was cancelled because of it. At most ten lines. */
async function reasonsOf(StackName: string, { clients }: AwsGround): Promise<readonly string[]> {
  const answer = await clients.cloudFormation.send(new DescribeStackEventsCommand({ StackName }));
  const failed = events
    .parse(answer.StackEvents ?? [])
    .filter(({ ResourceStatus = '' }) => ResourceStatus.endsWith('_FAILED'))
    .map(
      ({ LogicalResourceId, ResourceStatusReason = 'no reason' }) =>
        `${LogicalResourceId}: ${ResourceStatusReason}`,
    )
    .reverse();
  const causes = failed.filter((line) => !/cancelled/i.test(line));
  return [...causes, ...failed.filter((line) => /cancelled/i.test(line))].slice(0, 10);
}
