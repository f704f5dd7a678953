import { NoneventError } from '../../../nonevent-error.ts';
import type { EcsServiceTarget } from '../../../pipeline/target-kinds/ecs-service.ts';
import { hasTraffic, notRunning, otherArtifact } from '../../process/target-failures.ts';
import type { Placed, Target, TargetState } from '../../target.ts';
import type { AwsGround } from '../ground.ts';
import { trying } from '../service-failure.ts';
import { onlyOne } from '../shares.ts';
import { rollOut } from './roll-out.ts';
import { isSteady, primaryOf, readService, type Service } from './service-state.ts';
import {
  deregister,
  familyOf,
  numberOf,
  type Placement,
  readPlacements,
  registerRevision,
  sizeOf,
} from './task-definitions.ts';

/**
 * A service of ECS: a revision is a revision of its task definition, found again by its tags. One revision at a time has all of the
 * traffic. Nothing is kept outside of ECS.
 */
export function createEcsServiceTarget(definition: EcsServiceTarget, ground: AwsGround): Target {
  const called = `${definition.cluster}/${definition.service}`;
  const { ecs } = ground.clients;

  async function read(): Promise<{ service: Service; current: string; placements: readonly Placement[] }> {
    const service = await readService(ecs, definition);
    const current = primaryOf(service)?.taskDefinition;
    if (current === undefined) throw noRollout(definition);
    const placements = await readPlacements(ecs, ground.environment, familyOf(current));
    return { service, current, placements };
  }

  return {
    state: () =>
      trying(`reading ${called}`, async () => {
        const { service, current, placements } = await read();
        return stateOf(service, current, placements);
      }),

    place: (revision) =>
      trying(`placing ${revision.revision} on ${called}`, async () => {
        const { service, current, placements } = await read();
        const known = placements.find(({ label }) => label.revision === revision.revision);
        if (known !== undefined && known.label.artifact !== revision.artifact)
          throw otherArtifact(revision, known.label.artifact);
        const arn =
          known?.arn ?? (await registerRevision(ecs, ground.environment, definition, current, revision));
        const { minimumHealthyPercent = 100, deploymentCircuitBreaker } =
          service.deploymentConfiguration ?? {};
        return {
          id: `task definition ${familyOf(arn)}:${numberOf(arn)}`,
          facts: {
            taskDefinition: arn,
            image: `${definition.repository}@${revision.artifact}`,
            minimumHealthyPercent,
            circuitBreaker: deploymentCircuitBreaker?.enable ?? false,
          },
        } satisfies Placed;
      }),

    remove: (revision) =>
      trying(`removing ${revision} from ${called}`, async () => {
        const { service, placements } = await read();
        for (const { arn, label } of placements) {
          if (label.revision !== revision) continue;
          if (service.deployments.some(({ taskDefinition }) => taskDefinition === arn))
            throw hasTraffic(revision, 100);
          await deregister(ecs, arn);
        }
      }),

    route: (weights, routing) =>
      trying(`routing ${called}`, async () => {
        const revision = onlyOne(weights, `the service ${called}`);
        if (revision === undefined) throw alwaysRuns(definition);
        const { current, placements } = await read();
        await rollOut(definition, arnOf(revision, current, placements), ground, routing?.signal);
      }),

    counters: async () => {
      throw noCounters(definition);
    },

    address: async (of) => (of === 'router' ? definition.url : undefined),
  };
}

/** What the tasks of a service run on. */
export function ecsRuntime(
  definition: EcsServiceTarget,
  { clients }: Pick<AwsGround, 'clients'>,
): Promise<Readonly<Record<string, string | number>>> {
  return trying(`reading ${definition.service}`, async () => {
    const service = await readService(clients.ecs, definition);
    const current = primaryOf(service)?.taskDefinition;
    return {
      ...(current === undefined ? {} : await sizeOf(clients.ecs, current)),
      launchType: service.launchType ?? 'unknown',
      platformVersion: service.platformVersion ?? 'unknown',
      minimumHealthyPercent: service.deploymentConfiguration?.minimumHealthyPercent ?? 100,
    };
  });
}

/** What was not placed here appears while it is what the service runs, as `task-definition-12`. */
function stateOf(service: Service, current: string, placements: readonly Placement[]): TargetState {
  const names = [...new Set(placements.map(({ label }) => label.revision))];
  const live =
    placements.find(({ arn }) => arn === current)?.label.revision ?? `task-definition-${numberOf(current)}`;
  return {
    revisions: [...new Set([...names, live])].map((revision) => ({
      revision,
      running: true,
      restarts: 0,
      exits: 0,
    })),
    weights: { [live]: 100 },
    settled: isSteady(service),
  };
}

function arnOf(revision: string, current: string, placements: readonly Placement[]): string {
  const placed = placements.find(({ label }) => label.revision === revision)?.arn;
  if (placed !== undefined) return placed;
  const foreign = /^task-definition-(\d+)$/.exec(revision)?.[1];
  if (foreign === undefined) throw notRunning(revision, familyOf(current));
  return current.replace(/\d+$/, foreign);
}

function noRollout({ service }: EcsServiceTarget): NoneventError {
  return new NoneventError('TargetFailed', `the service ${service} has no primary deployment`, {
    fields: { service },
    hint: 'look at the service in the ECS console',
  });
}

function alwaysRuns({ service }: EcsServiceTarget): NoneventError {
  return new NoneventError('Conflict', `the service ${service} always runs a task definition`, {
    fields: { service },
    hint: 'scale the service to 0 to stop serving',
  });
}

function noCounters({ service }: EcsServiceTarget): NoneventError {
  return new NoneventError('TargetFailed', `ECS does not count the requests of ${service} by revision`, {
    fields: { service },
    hint: 'ask it with an http check through the router, or judge by alarms',
  });
}
