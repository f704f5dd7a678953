import { tmpdir } from 'node:os';
import type { Artifacts } from '../../artifacts/artifacts.ts';
import { NoneventError } from '../../nonevent-error.ts';
import type { TargetDefinition } from '../../pipeline/environment.ts';
import type { Target, Targets } from '../target.ts';
import { type AwsClients, type AwsConfiguration, createClients } from './clients.ts';
import { createCloudFormationTarget } from './cloud-formation/cloud-formation-target.ts';
import { createEcsServiceTarget, ecsRuntime } from './ecs/ecs-service-target.ts';
import type { AwsGround } from './ground.ts';
import { createLambdaAliasTarget, lambdaRuntime } from './lambda/lambda-alias-target.ts';
import type { AwsTargetKind } from './permissions.ts';

export type AwsTargetsOptions = {
  readonly artifacts: Artifacts;
  /** What all clients are made with. @default as the SDK finds it */
  readonly configuration?: AwsConfiguration;
  /** A folder for what is unpacked on the way. @default the system's */
  readonly temporary?: string;
  /** Between two looks at something that AWS is doing, in milliseconds. @default 2000 */
  readonly pauseMs?: number;
  /** Milliseconds since 1970. @default the clock */
  readonly now?: () => number;
};

/** A definition of a target that is in AWS. */
export type AwsTargetDefinition = Extract<TargetDefinition, { readonly kind: AwsTargetKind }>;

/**
 * The targets that are in AWS, in this account or, by a role, in another. Nothing is kept between calls but clients and their
 * credentials: what is true is asked of AWS each time.
 *
 * Errors: `InvalidInput` for a target that is not in AWS.
 */
export function createAwsTargets(options: AwsTargetsOptions): Targets {
  const { artifacts, configuration = {}, temporary = tmpdir(), pauseMs = 2000, now = Date.now } = options;
  const known = new Map<string, AwsClients>();

  function clientsOf({ region, role, externalId }: AwsTargetDefinition, session: string): AwsClients {
    // Without a role nobody is told of the session, so all deployments share their clients.
    const key = JSON.stringify([region, role, externalId, role === undefined ? '' : session]);
    const clients =
      known.get(key) ?? createClients(configuration, { region, role, externalId }, session, now);
    known.delete(key);
    known.set(key, clients);
    const [oldest] = known.keys();
    if (known.size > CLIENTS_AT_MOST && oldest !== undefined) known.delete(oldest);
    return clients;
  }

  return {
    async target(environment, _pipeline, { target }, deployment) {
      const definition = inAws(target, environment);
      const clients = clientsOf(definition, deployment ?? `nonevent-${environment}`);
      return create(definition, { environment, clients, artifacts, temporary, pauseMs, now });
    },
    async runtime({ target }) {
      const definition = inAws(target, 'the environment');
      const clients = clientsOf(definition, 'nonevent-parity');
      switch (definition.kind) {
        case 'lambdaAlias':
          return lambdaRuntime(definition, { clients });
        case 'ecsService':
          return ecsRuntime(definition, { clients });
        case 'cloudFormation':
          return {};
        default:
          return definition satisfies never;
      }
    },
  };
}

/** A function of Lambda may live for hours and meet many deployments. */
const CLIENTS_AT_MOST = 20;

function create(definition: AwsTargetDefinition, ground: AwsGround): Target {
  switch (definition.kind) {
    case 'lambdaAlias':
      return createLambdaAliasTarget(definition, ground);
    case 'ecsService':
      return createEcsServiceTarget(definition, ground);
    case 'cloudFormation':
      return createCloudFormationTarget(definition, ground);
    default:
      return definition satisfies never;
  }
}

function inAws(target: TargetDefinition, environment: string): AwsTargetDefinition {
  if (target.kind !== 'process') return target;
  throw new NoneventError(
    'InvalidInput',
    `the target of ${environment} is process, which runs on one machine; expected a target in AWS`,
    { fields: { environment }, hint: 'use lambdaAlias, ecsService or cloudFormation' },
  );
}
