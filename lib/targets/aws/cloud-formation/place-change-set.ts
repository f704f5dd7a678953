import { readFile, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { DeleteStackCommand, type Parameter } from '@aws-sdk/client-cloudformation';
import { NoneventError } from '../../../nonevent-error.ts';
import type { CloudFormationTarget } from '../../../pipeline/target-kinds/cloud-formation.ts';
import { otherArtifact } from '../../process/target-failures.ts';
import type { Placed, Revision } from '../../target.ts';
import type { AwsGround } from '../ground.ts';
import { LABEL, REVISION, writeLabel } from '../label.ts';
import { withUnpacked } from '../packages/unpacked.ts';
import { waitUntil } from '../wait-until.ts';
import { dropChangeSet, makeChangeSet } from './make-change-set.ts';
import { changesInWords, readChanges, refuseLoss } from './stack-changes.ts';
import { brokenStack, busyStack, deadStack } from './stack-failures.ts';
import {
  isAvailable,
  liveRevision,
  readChangeSets,
  readStack,
  type Stack,
  standingOf,
} from './stack-state.ts';
import { readTemplate, type Template } from './template.ts';

/**
 * Makes the change set of a revision without executing it. One that could lose data is deleted again.
 *
 * Errors: `Conflict` where CloudFormation or the guard refuses it, or where the stack is in no state to be changed; `ArtifactFailed`,
 * `TargetFailed`; those of the SDK.
 */
export async function placeChangeSet(
  target: CloudFormationTarget,
  revision: Revision,
  ground: AwsGround,
  signal: AbortSignal,
): Promise<Placed> {
  const { cloudFormation } = ground.clients;
  const found = await readStack(cloudFormation, target.stack);
  requireStanding(target, found);
  if (found !== undefined && liveRevision(ground.environment, found) === revision.revision)
    return { id: `the stack ${target.stack} itself`, facts: { stack: target.stack, changes: [] } };
  const name = changeSetName(revision);
  const isThere = await isMade(target, revision, ground, found);
  const text = await withUnpacked(revision.artifact, ground, (folder) => templateIn(folder, target));
  const template = readTemplate(text);
  if (!isThere) {
    const label = writeLabel(ground.environment, revision);
    const wanted = {
      changeSet: name,
      description: label,
      type: standingOf(found) === 'stable' ? ('UPDATE' as const) : ('CREATE' as const),
      template: text,
      parameters: parametersOf(target, template, found),
      capabilities: target.capabilities,
      tags: [...keptTags(found), { Key: LABEL, Value: label }, { Key: REVISION, Value: revision.revision }],
    };
    await makeChangeSet(target, wanted, ground, signal);
  }
  const changes = await readChanges(cloudFormation, target.stack, name);
  try {
    refuseLoss(changes, {
      allowed: target.allowReplacement,
      mayAdd: (logicalId) => template.retained.has(logicalId),
    });
  } catch (thrown) {
    await removeChangeSet(target, revision.revision, ground);
    throw thrown;
  }
  return {
    id: `change set ${name} of ${target.stack}`,
    facts: { stack: target.stack, changeSet: name, changes: [...changesInWords(changes)] },
  };
}

/** Deletes the change set of a revision, and with the last one a stack that has never been anything else. */
export async function removeChangeSet(
  target: CloudFormationTarget,
  revision: string,
  ground: AwsGround,
): Promise<void> {
  const { cloudFormation } = ground.clients;
  const found = await readStack(cloudFormation, target.stack);
  if (found === undefined || standingOf(found) === 'absent') return;
  const all = await readChangeSets(cloudFormation, ground.environment, target.stack);
  const ours = all.filter(({ label }) => label?.revision === revision);
  for (const { ChangeSetName } of ours) await dropChangeSet(target.stack, ChangeSetName, ground);
  if (standingOf(found) !== 'shell' || ours.length < all.length) return;
  await cloudFormation.send(new DeleteStackCommand({ StackName: target.stack }));
  await waitUntil(`the deletion of ${target.stack}`, ground, async () =>
    standingOf(await readStack(cloudFormation, target.stack)) === 'absent' ? true : undefined,
  );
}

async function isMade(
  target: CloudFormationTarget,
  revision: Revision,
  ground: AwsGround,
  found: Stack | undefined,
): Promise<boolean> {
  if (found === undefined || standingOf(found) === 'absent') return false;
  const all = await readChangeSets(ground.clients.cloudFormation, ground.environment, target.stack);
  const known = all.find(({ label }) => label?.revision === revision.revision);
  if (known?.label !== undefined && known.label.artifact !== revision.artifact)
    throw otherArtifact(revision, known.label.artifact);
  return known !== undefined && isAvailable(known);
}

function requireStanding(target: CloudFormationTarget, found: Stack | undefined): void {
  const standing = standingOf(found);
  switch (standing) {
    case 'absent':
    case 'shell':
    case 'stable':
      return;
    case 'working':
      throw busyStack(target, found);
    case 'dead':
      throw deadStack(target, found);
    case 'broken':
      throw brokenStack(target, found);
    default:
      standing satisfies never;
  }
}

/** Letters, digits and hyphens, a letter first, at most 128 characters. */
function changeSetName({ revision, deployment }: Revision): string {
  return `nonevent-${revision.replaceAll(/[^A-Za-z0-9-]/g, '-')}-${deployment}`;
}

/** An artifact may hold links, which stay inside of it when it is unpacked; this is checked all the same. */
async function templateIn(folder: string, { template, stack }: CloudFormationTarget): Promise<string> {
  try {
    const [root, file] = [await realpath(folder), await realpath(join(folder, template))];
    if (file.startsWith(root + sep)) return await readFile(file, 'utf8');
  } catch (thrown) {
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT')) throw thrown;
  }
  throw new NoneventError(
    'TargetFailed',
    `the artifact has no file ${template}, expected the template of ${stack}`,
    {
      fields: { template, stack },
      hint: 'correct the path in the target, or let the command that builds the artifact write the template',
    },
  );
}

/** What is not given keeps its value, where the template still has it. */
function parametersOf(
  { parameters }: CloudFormationTarget,
  template: Template,
  found: Stack | undefined,
): Parameter[] {
  const given = Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({
    ParameterKey,
    ParameterValue,
  }));
  const kept = (found?.Parameters ?? []).flatMap(({ ParameterKey }) =>
    Object.hasOwn(parameters, ParameterKey) || !template.parameters.has(ParameterKey)
      ? []
      : [{ ParameterKey, UsePreviousValue: true }],
  );
  return [...given, ...kept];
}

/** A change set replaces all tags of a stack; those that begin with `aws:` are not ours to give. */
function keptTags(found: Stack | undefined): Stack['Tags'] {
  return (found?.Tags ?? []).filter(
    ({ Key }) => Key !== LABEL && Key !== REVISION && !Key.startsWith('aws:'),
  );
}
