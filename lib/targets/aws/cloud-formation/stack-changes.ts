import { type CloudFormationClient, paginateDescribeChangeSet } from '@aws-sdk/client-cloudformation';
import { z } from 'zod';
import { NoneventError } from '../../../nonevent-error.ts';
import { isStateful } from './stateful-resources.ts';

const change = z.object({
  Action: z.string(),
  LogicalResourceId: z.string(),
  ResourceType: z.string(),
  Replacement: z.string().optional(),
  PolicyAction: z.string().optional(),
  Scope: z.array(z.string()).default([]),
});

/** What a change set would do to one resource. */
export type StackChange = z.output<typeof change>;

const page = z.object({ Changes: z.array(z.object({ ResourceChange: change.optional() })).default([]) });

/** Everything that a change set would do. */
export async function readChanges(
  client: CloudFormationClient,
  StackName: string,
  ChangeSetName: string,
): Promise<readonly StackChange[]> {
  const changes: StackChange[] = [];
  for await (const found of paginateDescribeChangeSet({ client }, { StackName, ChangeSetName })) {
    for (const { ResourceChange } of page.parse(found).Changes)
      if (ResourceChange !== undefined) changes.push(ResourceChange);
  }
  return changes;
}

/**
 * Refuses changes that lose data: a resource that holds some is replaced, deleted without a copy, or added where `mayAdd` says that an
 * undo would delete it. `allowed` are logical ids for which that is fine. Pure.
 *
 * Errors: `Conflict` with every such change.
 */
export function refuseLoss(
  changes: readonly StackChange[],
  {
    allowed,
    mayAdd,
  }: { readonly allowed: readonly string[]; readonly mayAdd: (logicalId: string) => boolean },
): void {
  const losses = changes.flatMap((each) => {
    if (!isStateful(each.ResourceType) || allowed.includes(each.LogicalResourceId)) return [];
    const loss = lossOf(each, mayAdd);
    return loss === undefined ? [] : [`${each.LogicalResourceId} (${each.ResourceType}) ${loss}`];
  });
  if (losses.length === 0) return;
  throw new NoneventError('Conflict', `the change set could lose data: ${losses.join('; ')}`, {
    fields: { losses: losses.length },
    hint: 'give the resource a DeletionPolicy of Retain or Snapshot, or name it under allowReplacement',
  });
}

function lossOf(
  { Action, Replacement, PolicyAction = '', ResourceType, LogicalResourceId }: StackChange,
  mayAdd: (logicalId: string) => boolean,
): string | undefined {
  switch (Action) {
    case 'Add':
      return mayAdd(LogicalResourceId) ? undefined : 'is added, and an undo would delete it with its data';
    case 'Remove':
      return PolicyAction === 'Retain' || PolicyAction === 'Snapshot' ? undefined : 'would be deleted';
    case 'Modify':
      if (ResourceType === 'AWS::CloudFormation::Stack') return 'would be changed in ways that are not shown';
      return Replacement === 'True' || Replacement === 'Conditional'
        ? 'would or could be replaced'
        : undefined;
    default:
      return `would be changed by ${Action}`;
  }
}

/** Evidence is bounded. */
const MOST_SHOWN = 100;

/** The changes in words, those first that are more than new tags. Pure. */
export function changesInWords(changes: readonly StackChange[]): readonly string[] {
  const real = changes.filter((each) => !isTagsOnly(each));
  const shown = real.slice(0, MOST_SHOWN).map(({ Action, LogicalResourceId, ResourceType, Replacement }) => {
    const replaced =
      Replacement === 'True' ? ', replaced' : Replacement === 'Conditional' ? ', perhaps replaced' : '';
    return `${Action} ${LogicalResourceId} (${ResourceType}${replaced})`;
  });
  const tags = changes.length - real.length;
  return [
    ...shown,
    ...(real.length > MOST_SHOWN ? [`and ${real.length - MOST_SHOWN} more`] : []),
    ...(tags === 0 ? [] : [`new tags on ${tags} resources`]),
  ];
}

function isTagsOnly({ Action, Scope }: StackChange): boolean {
  return Action === 'Modify' && Scope.length === 1 && Scope[0] === 'Tags';
}
