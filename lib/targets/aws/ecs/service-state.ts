import { DescribeServicesCommand, type ECSClient } from '@aws-sdk/client-ecs';
import { z } from 'zod';
import { NoneventError } from '../../../nonevent-error.ts';
import type { EcsServiceTarget } from '../../../pipeline/target-kinds/ecs-service.ts';

const rollout = z.object({
  status: z.string(),
  taskDefinition: z.string(),
  rolloutState: z.enum(['COMPLETED', 'FAILED', 'IN_PROGRESS']).optional(),
  rolloutStateReason: z.string().optional(),
  failedTasks: z.number().optional(),
});

const service = z.object({
  status: z.string(),
  desiredCount: z.number(),
  runningCount: z.number(),
  launchType: z.string().optional(),
  platformVersion: z.string().optional(),
  deployments: z.array(rollout).default([]),
  deploymentController: z.object({ type: z.string() }).optional(),
  deploymentConfiguration: z
    .object({
      minimumHealthyPercent: z.number().optional(),
      maximumPercent: z.number().optional(),
      deploymentCircuitBreaker: z.object({ enable: z.boolean(), rollback: z.boolean() }).optional(),
    })
    .optional(),
  events: z.array(z.object({ message: z.string().optional() })).default([]),
});

/** A service as far as it is decided on. A deployment of ECS is called a rollout here. */
export type Service = z.output<typeof service>;
export type Rollout = z.output<typeof rollout>;

/** Reads a service. Errors: `TargetFailed` where there is none, or where something other than ECS rolls it out. */
export async function readService(client: ECSClient, target: EcsServiceTarget): Promise<Service> {
  const answer = await client.send(
    new DescribeServicesCommand({ cluster: target.cluster, services: [target.service] }),
  );
  const found = service.array().parse(answer.services ?? [])[0];
  if (found?.status !== 'ACTIVE') {
    throw new NoneventError(
      'TargetFailed',
      `the service ${target.service} in the cluster ${target.cluster} is ${found?.status ?? 'missing'}, expected ACTIVE`,
      {
        fields: { service: target.service },
        hint: 'make the service first; look at the names and the region',
      },
    );
  }
  const controller = found.deploymentController?.type ?? 'ECS';
  if (controller === 'ECS') return found;
  throw new NoneventError(
    'TargetFailed',
    `the service ${target.service} is rolled out by ${controller}, expected the deployment controller ECS`,
    {
      fields: { service: target.service, controller },
      hint: 'make a service with the rolling update of ECS',
    },
  );
}

/** The rollout that ECS works towards. */
export function primaryOf({ deployments }: Service): Rollout | undefined {
  return deployments.find(({ status }) => status === 'PRIMARY');
}

/** Whether the service runs one task definition alone, in full number. */
export function isSteady(found: Service): boolean {
  const state = primaryOf(found)?.rolloutState ?? 'COMPLETED';
  return found.deployments.length === 1 && state === 'COMPLETED' && found.runningCount >= found.desiredCount;
}
