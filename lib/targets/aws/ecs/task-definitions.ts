import {
  DeregisterTaskDefinitionCommand,
  DescribeTaskDefinitionCommand,
  type ECSClient,
  ListTaskDefinitionsCommand,
  RegisterTaskDefinitionCommand,
  type Tag,
  type TaskDefinition,
} from '@aws-sdk/client-ecs';
import { z } from 'zod';
import { NoneventError } from '../../../nonevent-error.ts';
import type { EcsServiceTarget } from '../../../pipeline/target-kinds/ecs-service.ts';
import type { Revision } from '../../target.ts';
import { LABEL, REVISION, readLabel, writeLabel } from '../label.ts';

/** A task definition that this environment has placed. */
export type Placement = { readonly arn: string; readonly label: Revision };

/** Only the newest are looked at: what is neither live nor known-good is deregistered by each deployment that succeeds. */
const NEWEST = 50;

const arns = z.array(z.string());

/** What this environment has placed in a family, the newest first. */
export async function readPlacements(
  client: ECSClient,
  environment: string,
  family: string,
): Promise<readonly Placement[]> {
  const listed = await client.send(
    new ListTaskDefinitionsCommand({
      familyPrefix: family,
      status: 'ACTIVE',
      sort: 'DESC',
      maxResults: NEWEST,
    }),
  );
  const placements: Placement[] = [];
  for (const arn of arns.parse(listed.taskDefinitionArns ?? [])) {
    const { tags } = await describe(client, arn);
    const label = readLabel(environment, tags.find(({ key }) => key === LABEL)?.value);
    if (label !== undefined) placements.push({ arn, label });
  }
  return placements;
}

/** Registers what the service runs now with another image, and gives the ARN. Errors: `TargetFailed` without such a container. */
export async function registerRevision(
  client: ECSClient,
  environment: string,
  target: EcsServiceTarget,
  current: string,
  revision: Revision,
): Promise<string> {
  const { definition, tags } = await describe(client, current);
  const containers = definition.containerDefinitions ?? [];
  if (!containers.some(({ name }) => name === target.container))
    throw noContainer(target, current, containers);
  const { registered } = z.object({ registered: z.object({ taskDefinitionArn: z.string() }) }).parse({
    registered: (
      await client.send(
        new RegisterTaskDefinitionCommand({
          ...kept(definition),
          family: familyOf(current),
          containerDefinitions: containers.map((container) =>
            container.name === target.container
              ? { ...container, image: `${target.repository}@${revision.artifact}` }
              : container,
          ),
          tags: [
            ...tags.filter(({ key }) => key !== LABEL && key !== REVISION),
            { key: LABEL, value: writeLabel(environment, revision) },
            { key: REVISION, value: revision.revision },
          ],
        }),
      )
    ).taskDefinition,
  });
  return registered.taskDefinitionArn;
}

/** Takes a task definition out of use. Tasks that run from it go on. */
export async function deregister(client: ECSClient, arn: string): Promise<void> {
  await client.send(new DeregisterTaskDefinitionCommand({ taskDefinition: arn }));
}

/** What a task definition says of the machine that its tasks get. */
export async function sizeOf(client: ECSClient, arn: string): Promise<{ cpu: string; memory: string }> {
  const { definition } = await describe(client, arn);
  return { cpu: definition.cpu ?? 'unknown', memory: definition.memory ?? 'unknown' };
}

/** `shop` of `arn:aws:ecs:eu-west-1:123456789012:task-definition/shop:12`. */
export function familyOf(arn: string): string {
  return arn.slice(arn.indexOf('/') + 1).replace(/:\d+$/, '');
}

/** `12` of the same. */
export function numberOf(arn: string): string {
  return arn.slice(arn.lastIndexOf(':') + 1);
}

async function describe(
  client: ECSClient,
  arn: string,
): Promise<{ definition: TaskDefinition; tags: readonly Tag[] }> {
  const answer = await client.send(
    new DescribeTaskDefinitionCommand({ taskDefinition: arn, include: ['TAGS'] }),
  );
  return { definition: answer.taskDefinition ?? {}, tags: answer.tags ?? [] };
}

/** What is asked of a new task definition, without what ECS adds to one that it has registered. */
function kept(definition: TaskDefinition): Partial<TaskDefinition> {
  const {
    taskDefinitionArn: _arn,
    revision: _revision,
    status: _status,
    requiresAttributes: _attributes,
    compatibilities: _compatibilities,
    registeredAt: _at,
    registeredBy: _by,
    deregisteredAt: _gone,
    ...settings
  } = definition;
  return settings;
}

function noContainer(
  { container, service }: EcsServiceTarget,
  arn: string,
  containers: readonly { readonly name?: string | undefined }[],
): NoneventError {
  const names = containers.map(({ name }) => name).join(', ');
  return new NoneventError(
    'TargetFailed',
    `the task definition of ${service} has the containers ${names}, expected ${container} among them`,
    { fields: { service, container, arn }, hint: 'correct the container in the target' },
  );
}
