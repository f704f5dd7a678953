import { UpdateServiceCommand } from '@aws-sdk/client-ecs';
import { NoneventError } from '../../../nonevent-error.ts';
import type { EcsServiceTarget } from '../../../pipeline/target-kinds/ecs-service.ts';
import type { AwsGround } from '../ground.ts';
import { waitUntil } from '../wait-until.ts';
import { isSteady, primaryOf, readService, type Service } from './service-state.ts';

/**
 * Makes a service run a task definition, within the healthy percentages that the service has, and returns when it runs nothing else.
 * A rollout that is under way is waited for and not begun again.
 *
 * Errors: `Conflict` where ECS gives the rollout up, `TargetFailed` when the time is over; those of the SDK.
 */
export async function rollOut(
  target: EcsServiceTarget,
  arn: string,
  ground: AwsGround,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { ecs } = ground.clients;
  const primary = primaryOf(await readService(ecs, target));
  const hasFailed = primary?.rolloutState === 'FAILED';
  if (primary?.taskDefinition !== arn || hasFailed) {
    await ecs.send(
      new UpdateServiceCommand({
        cluster: target.cluster,
        service: target.service,
        taskDefinition: arn,
        ...(hasFailed ? { forceNewDeployment: true } : {}),
      }),
    );
  }
  await waitUntil(`the rollout of ${target.service}`, { ...ground, signal }, async () => {
    const found = await readService(ecs, target);
    const now = primaryOf(found);
    if (now?.taskDefinition !== arn || now.rolloutState === 'FAILED') throw givenUp(target, arn, found);
    return isSteady(found) ? true : undefined;
  });
}

/** The circuit breaker of a service ends a rollout whose tasks do not start, and may go back by itself. */
function givenUp({ service }: EcsServiceTarget, arn: string, found: Service): NoneventError {
  const ours = found.deployments.find(({ taskDefinition }) => taskDefinition === arn);
  const now = primaryOf(found)?.taskDefinition ?? 'nothing';
  const events = found.events.slice(0, 3).flatMap(({ message }) => message ?? []);
  const why = ours?.rolloutStateReason ?? events[0] ?? 'it gave no reason';
  const what = now === arn ? 'gave it up' : `runs ${now} instead`;
  return new NoneventError('Conflict', `the rollout of ${arn} failed and ECS ${what}: ${why}`, {
    fields: { service, taskDefinition: arn, failedTasks: ours?.failedTasks ?? 0, log: events.join('\n') },
    hint: 'look at the stopped tasks of the service for why they ended',
  });
}
