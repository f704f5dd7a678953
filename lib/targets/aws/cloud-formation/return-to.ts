import {
  CancelUpdateStackCommand,
  DeleteStackCommand,
  paginateListStackResources,
} from '@aws-sdk/client-cloudformation';
import { z } from 'zod';
import { isServiceError } from '../../../aws/service-error.ts';
import { NoneventError } from '../../../nonevent-error.ts';
import type { CloudFormationTarget } from '../../../pipeline/target-kinds/cloud-formation.ts';
import type { AwsGround } from '../ground.ts';
import { waitUntil } from '../wait-until.ts';
import { execute, whenMade } from './execute.ts';
import { makeChangeSet } from './make-change-set.ts';
import { type Kept, type Remembered, readKept } from './remembered.ts';
import { readChanges, refuseLoss } from './stack-changes.ts';
import { brokenStack } from './stack-failures.ts';
import { labelOf, liveRevision, readStack, type Stack, standingOf } from './stack-state.ts';
import { isStateful } from './stateful-resources.ts';
import { readTemplate } from './template.ts';
import { templateOf } from './template-of.ts';

/**
 * Makes a stack what it was: its earlier template and parameters, by a change set that may not replace or delete what holds data. What
 * it adds may hold data: see `refuseLoss`. An update that is under way is cancelled first.
 *
 * Errors: `Conflict` where data would be lost, `TargetFailed` where the stack is broken or the time is over; those of the SDK.
 */
export async function returnTo(
  target: CloudFormationTarget,
  revision: string,
  present: Extract<Remembered, { readonly stack: 'present' }>,
  ground: AwsGround,
  signal: AbortSignal | undefined,
): Promise<void> {
  const found = await quietStack(target, ground, signal);
  if (found === undefined || standingOf(found) !== 'stable') throw brokenStack(target, found);
  if (liveRevision(ground.environment, found) === revision) return;
  const kept = await readKept(present, ground);
  const changeSet = `nonevent-return-${present.artifact.slice(-40)}`;
  await makeChangeSet(
    target,
    {
      changeSet,
      description: `return to ${revision}`,
      type: 'UPDATE',
      template: kept.template,
      parameters: [...earlier(kept)],
      capabilities: [...new Set([...kept.capabilities, ...target.capabilities])],
      tags: kept.tags.filter(({ Key }) => !Key.startsWith('aws:')),
    },
    ground,
    signal,
  );
  const changes = await readChanges(ground.clients.cloudFormation, target.stack, changeSet);
  // Nothing undoes a return, so nothing deletes what it adds.
  refuseLoss(changes, { allowed: target.allowReplacement, mayAdd: () => true });
  await execute(target, changeSet, ground);
  await whenMade(target, revision, ground, signal);
}

/** CloudFormation shows a value that is declared `NoEcho` as asterisks; the one that the stack has now is kept. */
function* earlier({ parameters }: Kept) {
  for (const { ParameterKey, ParameterValue } of parameters) {
    if (ParameterValue === undefined || /^\*+$/.test(ParameterValue))
      yield { ParameterKey, UsePreviousValue: true };
    else yield { ParameterKey, ParameterValue };
  }
}

/**
 * Deletes a stack that this environment has made. Errors: `Conflict` where it was made by somebody else, or holds data that would be
 * deleted with it; `TargetFailed`; those of the SDK.
 */
export async function deleteStack(
  target: CloudFormationTarget,
  ground: AwsGround,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { cloudFormation } = ground.clients;
  const found = await readStack(cloudFormation, target.stack);
  const standing = standingOf(found);
  if (found === undefined || standing === 'absent') return;
  if (standing !== 'shell') {
    if (labelOf(ground.environment, found.Tags) === undefined) throw notOurs(target);
    if (standing === 'stable') await refuseDataLoss(target, ground);
  }
  if (found.StackStatus !== 'DELETE_IN_PROGRESS')
    await cloudFormation.send(new DeleteStackCommand({ StackName: target.stack }));
  await waitUntil(`the deletion of ${target.stack}`, { ...ground, signal }, async () => {
    const now = await readStack(cloudFormation, target.stack);
    if (now?.StackStatus === 'DELETE_FAILED') throw brokenStack(target, now);
    return standingOf(now) === 'absent' ? true : undefined;
  });
}

const resources = z.array(z.object({ LogicalResourceId: z.string(), ResourceType: z.string() }));

async function refuseDataLoss(target: CloudFormationTarget, { clients }: AwsGround): Promise<void> {
  const client = clients.cloudFormation;
  const StackName = target.stack;
  const { retained } = readTemplate(await templateOf(client, StackName));
  const lost: string[] = [];
  for await (const page of paginateListStackResources({ client }, { StackName })) {
    for (const { LogicalResourceId: id, ResourceType } of resources.parse(page.StackResourceSummaries ?? []))
      if (isStateful(ResourceType) && !retained.has(id) && !target.allowReplacement.includes(id))
        lost.push(id);
  }
  if (lost.length === 0) return;
  throw new NoneventError(
    'Conflict',
    `deleting the stack ${StackName} would delete the data of ${lost.join(', ')}`,
    { fields: { stack: StackName }, hint: 'delete it by hand if the data may go' },
  );
}

/** Waits until nobody changes the stack; an update is cancelled, so that it goes back sooner. */
async function quietStack(
  target: CloudFormationTarget,
  ground: AwsGround,
  signal: AbortSignal | undefined,
): Promise<Stack | undefined> {
  const { cloudFormation } = ground.clients;
  const found = await readStack(cloudFormation, target.stack);
  if (found?.StackStatus === 'UPDATE_IN_PROGRESS') {
    try {
      await cloudFormation.send(new CancelUpdateStackCommand({ StackName: target.stack }));
    } catch (thrown) {
      // It has ended in this moment.
      if (!isServiceError(thrown, 'ValidationError')) throw thrown;
    }
  }
  return waitUntil(`the end of the update of ${target.stack}`, { ...ground, signal }, async () => {
    const now = await readStack(cloudFormation, target.stack);
    return standingOf(now) === 'working' ? undefined : now;
  });
}

function notOurs({ stack }: CloudFormationTarget): NoneventError {
  return new NoneventError(
    'Conflict',
    `the stack ${stack} was not made by this environment, so it is not deleted`,
    {
      fields: { stack },
      hint: 'look who made it in the meantime',
    },
  );
}
