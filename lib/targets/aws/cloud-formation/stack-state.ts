import {
  type CloudFormationClient,
  DescribeStacksCommand,
  paginateListChangeSets,
} from '@aws-sdk/client-cloudformation';
import { z } from 'zod';
import { isServiceError } from '../../../aws/service-error.ts';
import type { Revision } from '../../target.ts';
import { LABEL, readLabel } from '../label.ts';

const pairs = z.array(z.object({ Key: z.string(), Value: z.string() })).default([]);
const stack = z.object({
  StackId: z.string(),
  StackStatus: z.string(),
  StackStatusReason: z.string().optional(),
  Parameters: z
    .array(z.object({ ParameterKey: z.string(), ParameterValue: z.string().optional() }))
    .default([]),
  Capabilities: z.array(z.string()).default([]),
  Tags: pairs,
});

/** A stack as far as it is decided on. */
export type Stack = z.output<typeof stack>;

/**
 * What a stack can be asked for. `shell`: nothing is in it but change sets. `dead`: its creation failed, so it serves nothing and can
 * only be deleted. `broken`: it can neither be updated nor is it what it was before.
 */
export type Standing = 'absent' | 'shell' | 'stable' | 'working' | 'dead' | 'broken';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html#cfn-console-view-stack-status-codes */
export function standingOf(found: Stack | undefined): Standing {
  switch (found?.StackStatus) {
    case undefined:
    case 'DELETE_COMPLETE':
      return 'absent';
    case 'REVIEW_IN_PROGRESS':
      return 'shell';
    case 'CREATE_COMPLETE':
    case 'UPDATE_COMPLETE':
    case 'UPDATE_ROLLBACK_COMPLETE':
    case 'IMPORT_COMPLETE':
    case 'IMPORT_ROLLBACK_COMPLETE':
      return 'stable';
    case 'CREATE_FAILED':
    case 'ROLLBACK_COMPLETE':
    case 'ROLLBACK_FAILED':
      return 'dead';
    default:
      return found?.StackStatus.endsWith('_IN_PROGRESS') ? 'working' : 'broken';
  }
}

/** Reads a stack; `undefined` where there is none. */
export async function readStack(client: CloudFormationClient, name: string): Promise<Stack | undefined> {
  try {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: name }));
    return stack.array().parse(Stacks ?? [])[0];
  } catch (thrown) {
    if (isServiceError(thrown, 'ValidationError') && /does not exist/.test((thrown as Error).message))
      return undefined;
    throw thrown;
  }
}

/** The revision that the stack is made of; what was not placed here is called `stack-as-found`. */
export function liveRevision(environment: string, { Tags }: Stack): string {
  return labelOf(environment, Tags)?.revision ?? 'stack-as-found';
}

/** The label of whoever changed the stack last. */
export function labelOf(environment: string, tags: Stack['Tags']): Revision | undefined {
  return readLabel(environment, tags.find(({ Key }) => Key === LABEL)?.Value);
}

const changeSet = z.object({
  ChangeSetName: z.string(),
  Description: z.string().optional(),
  Status: z.string(),
  ExecutionStatus: z.string(),
});

/** A change set that was made for a revision. */
export type ChangeSet = z.output<typeof changeSet> & { readonly label: Revision | undefined };

/** The change sets of a stack. */
export async function readChangeSets(
  client: CloudFormationClient,
  environment: string,
  name: string,
): Promise<readonly ChangeSet[]> {
  const found: ChangeSet[] = [];
  for await (const page of paginateListChangeSets({ client }, { StackName: name })) {
    for (const each of changeSet.array().parse(page.Summaries ?? []))
      found.push({ ...each, label: readLabel(environment, each.Description) });
  }
  return found;
}

/** Whether a change set could be executed now. */
export function isAvailable({ Status, ExecutionStatus }: ChangeSet): boolean {
  return Status === 'CREATE_COMPLETE' && ExecutionStatus === 'AVAILABLE';
}
