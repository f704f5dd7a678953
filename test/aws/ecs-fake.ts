import { json, jsonError, type ServiceFake } from './aws-fake.ts';
import type { FakeAnswer } from './serve.ts';

type TaskDefinition = {
  readonly taskDefinitionArn: string;
  readonly family: string;
  readonly revision: number;
  status: string;
  readonly cpu: string;
  readonly memory: string;
  readonly containerDefinitions: readonly { readonly name: string; readonly image: string }[];
};
type Tag = { readonly key: string; readonly value: string };
type Rollout = {
  id: string;
  status: 'PRIMARY' | 'ACTIVE';
  taskDefinition: string;
  rolloutState: 'COMPLETED' | 'IN_PROGRESS' | 'FAILED';
  rolloutStateReason?: string;
};
type Input = Readonly<Record<string, unknown>>;

export type EcsFake = ServiceFake & {
  readonly definitions: Map<string, { readonly definition: TaskDefinition; readonly tags: readonly Tag[] }>;
  rollouts: Rollout[];
  /** How often a rollout is in progress when it is looked at. */
  rolloutsTake: number;
  /** Tasks of these images do not start. */
  readonly broken: Set<string>;
  /** What the circuit breaker does with a rollout whose tasks do not start. */
  breaker: 'rollback' | 'stop';
  controller: string;
};

/**
 * The service `web` in the cluster `shop` of ECS:
 * - RegisterTaskDefinition gives the next revision of a family; fields of a registered definition that only ECS sets are refused
 *   (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html).
 * - UpdateService begins a deployment, PRIMARY; the one before stays ACTIVE until the new one is COMPLETED
 *   (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Deployment.html).
 * - The circuit breaker marks a deployment whose tasks do not start as FAILED, and may begin one to the last completed
 *   (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html).
 * - A service of another deployment controller does not take a task definition: InvalidParameterException.
 */
export function ecsFake(account = '123456789012'): EcsFake {
  const definitions: EcsFake['definitions'] = new Map();
  const broken = new Set<string>();
  let waiting = 0;
  let rolloutNumber = 0;

  function register(input: Input): FakeAnswer {
    if (
      ['taskDefinitionArn', 'revision', 'status', 'registeredAt'].some((field) => Object.hasOwn(input, field))
    )
      return jsonError(400, 'ClientException', 'Unknown parameter in input');
    const { tags = [], ...settings } = input as Input & { family: string; tags?: Tag[] };
    const number = definitions.size + 1;
    const taskDefinitionArn = `arn:aws:ecs:eu-west-1:123456789012:task-definition/${settings.family}:${number}`;
    const definition = {
      ...settings,
      taskDefinitionArn,
      revision: number,
      status: 'ACTIVE',
    } as unknown as TaskDefinition;
    definitions.set(taskDefinitionArn, { definition, tags });
    return json({ taskDefinition: { ...definition, registeredAt: 1_700_000_000 }, tags });
  }

  function begin(taskDefinition: string): void {
    rolloutNumber += 1;
    waiting = fake.rolloutsTake;
    const before = fake.rollouts.filter(({ rolloutState }) => rolloutState !== 'FAILED');
    fake.rollouts = [
      { id: `ecs-svc/${rolloutNumber}`, status: 'PRIMARY', taskDefinition, rolloutState: 'IN_PROGRESS' },
      ...before.map((each) => ({ ...each, status: 'ACTIVE' as const })),
    ];
  }

  /** Every look at a rollout brings it nearer to its end. */
  function look(): void {
    const [primary] = fake.rollouts;
    if (primary?.rolloutState !== 'IN_PROGRESS') return;
    if (waiting > 0) {
      waiting -= 1;
      return;
    }
    const image = definitions.get(primary.taskDefinition)?.definition.containerDefinitions[0]?.image ?? '';
    if (!broken.has(image)) {
      fake.rollouts = [{ ...primary, rolloutState: 'COMPLETED' }];
      return;
    }
    const last = fake.rollouts.find(({ rolloutState }) => rolloutState === 'COMPLETED');
    const failed = {
      ...primary,
      rolloutState: 'FAILED' as const,
      rolloutStateReason: 'ECS deployment circuit breaker: tasks failed to start.',
    };
    if (fake.breaker === 'stop' || last === undefined) fake.rollouts = [failed, ...fake.rollouts.slice(1)];
    else {
      begin(last.taskDefinition);
      fake.rollouts = [...fake.rollouts.slice(0, 1), { ...failed, status: 'ACTIVE' }, last];
    }
  }

  function update(input: Input): FakeAnswer {
    if (fake.controller !== 'ECS')
      return jsonError(400, 'InvalidParameterException', 'Cannot force a new deployment');
    const arn = String(input.taskDefinition);
    const known = definitions.get(arn);
    if (known?.definition.status !== 'ACTIVE')
      return jsonError(400, 'ClientException', 'TaskDefinition is inactive');
    begin(arn);
    return json({ service: service() });
  }

  function service(): object {
    return {
      serviceName: 'web',
      status: 'ACTIVE',
      desiredCount: 2,
      runningCount: 2,
      launchType: 'FARGATE',
      platformVersion: '1.4.0',
      deployments: fake.rollouts,
      deploymentController: { type: fake.controller },
      deploymentConfiguration: {
        minimumHealthyPercent: 50,
        maximumPercent: 200,
        deploymentCircuitBreaker: { enable: true, rollback: fake.breaker === 'rollback' },
      },
      events: [],
    };
  }

  function answer(action: string, input: Input): FakeAnswer {
    switch (action) {
      case 'DescribeServices': {
        look();
        const isKnown = input.cluster === 'shop' && (input.services as string[])[0] === 'web';
        return json({
          services: isKnown ? [service()] : [],
          failures: isKnown ? [] : [{ reason: 'MISSING' }],
        });
      }
      case 'ListTaskDefinitions':
        return json({
          taskDefinitionArns: [...definitions.values()]
            .filter(
              ({ definition: { status, family } }) => status === 'ACTIVE' && family === input.familyPrefix,
            )
            .map(({ definition }) => definition.taskDefinitionArn)
            .reverse(),
        });
      case 'DescribeTaskDefinition': {
        const known = definitions.get(String(input.taskDefinition));
        if (known === undefined)
          return jsonError(400, 'ClientException', 'Unable to describe task definition.');
        return json({ taskDefinition: known.definition, tags: known.tags });
      }
      case 'RegisterTaskDefinition':
        return register(input);
      case 'DeregisterTaskDefinition': {
        const known = definitions.get(String(input.taskDefinition));
        if (known !== undefined) known.definition.status = 'INACTIVE';
        return json({ taskDefinition: known?.definition });
      }
      case 'UpdateService':
        return update(input);
      default:
        return jsonError(400, 'UnknownOperation', action);
    }
  }

  const fake: EcsFake = {
    service: 'ecs',
    definitions,
    rollouts: [],
    rolloutsTake: 1,
    broken,
    breaker: 'rollback',
    controller: 'ECS',
    answer: ({ headers, body }) =>
      answer(String(headers['x-amz-target']).split('.')[1] ?? '', JSON.parse(body.toString()) as Input),
  };
  register({
    family: 'web',
    cpu: '256',
    memory: '512',
    taskRoleArn: `arn:aws:iam::${account}:role/web`,
    executionRoleArn: `arn:aws:iam::${account}:role/starts-tasks`,
    containerDefinitions: [
      { name: 'web', image: 'found:by-hand' },
      { name: 'logs', image: 'logs:1' },
    ],
    tags: [{ key: 'team', value: 'shop' }],
  });
  fake.rollouts = [
    {
      id: 'ecs-svc/0',
      status: 'PRIMARY',
      taskDefinition: 'arn:aws:ecs:eu-west-1:123456789012:task-definition/web:1',
      rolloutState: 'COMPLETED',
    },
  ];
  return fake;
}
