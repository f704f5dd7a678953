import { ExecuteChangeSetCommand } from '@aws-sdk/client-cloudformation';
import { isServiceError } from '../../../aws/service-error.ts';
import type { CloudFormationTarget } from '../../../pipeline/target-kinds/cloud-formation.ts';
import { notRunning } from '../../process/target-failures.ts';
import type { AwsGround } from '../ground.ts';
import { waitUntil } from '../wait-until.ts';
import { brokenStack, takenBack } from './stack-failures.ts';
import { isAvailable, liveRevision, readChangeSets, readStack, standingOf } from './stack-state.ts';

/**
 * Executes the change set of a revision and returns when the stack is made of it. One that is being executed is waited for.
 *
 * Errors: `Conflict` where CloudFormation took it back, `TargetFailed` where the revision is not placed, where the stack is left
 * broken, or when the time is over; those of the SDK.
 */
export async function executeRevision(
  target: CloudFormationTarget,
  revision: string,
  ground: AwsGround,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { cloudFormation } = ground.clients;
  const found = await readStack(cloudFormation, target.stack);
  const isLive = found !== undefined && liveRevision(ground.environment, found) === revision;
  if (isLive && standingOf(found) === 'stable') return;
  const all =
    found === undefined ? [] : await readChangeSets(cloudFormation, ground.environment, target.stack);
  const ours = all.find(({ label }) => label?.revision === revision);
  if (ours !== undefined && isAvailable(ours)) await execute(target, ours.ChangeSetName, ground);
  else if (standingOf(found) !== 'working') throw notRunning(revision, target.stack);
  await whenMade(target, revision, ground, signal);
}

/** Begins to execute a change set; nothing happens where it is being executed. */
export async function execute(
  { stack }: CloudFormationTarget,
  ChangeSetName: string,
  { clients }: AwsGround,
): Promise<void> {
  try {
    await clients.cloudFormation.send(new ExecuteChangeSetCommand({ StackName: stack, ChangeSetName }));
  } catch (thrown) {
    // The answer to an earlier call was lost, or a repeated one was faster.
    if (!isServiceError(thrown, 'InvalidChangeSetStatus', 'InvalidChangeSetStatusException')) throw thrown;
  }
}

/** Waits until the stack is made of a revision. Errors: as above. */
export async function whenMade(
  target: CloudFormationTarget,
  revision: string,
  ground: AwsGround,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { cloudFormation } = ground.clients;
  await waitUntil(`the update of ${target.stack}`, { ...ground, signal }, async () => {
    const found = await readStack(cloudFormation, target.stack);
    const standing = standingOf(found);
    if (standing === 'working') return undefined;
    if (standing === 'broken') throw brokenStack(target, found);
    const isLive = found !== undefined && liveRevision(ground.environment, found) === revision;
    if (isLive && standing === 'stable') return true;
    throw await takenBack(target, found, ground);
  });
}
