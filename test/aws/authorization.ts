import type { FakeRequest } from './serve.ts';

/** What IAM is asked about one request: each action has to be allowed on each of its resources. */
export type IamCall = {
  readonly action: string;
  readonly resources: readonly string[];
  /** Condition keys that the request brings along. */
  readonly context: Readonly<Record<string, string>>;
};

/** Where a request was sent: the service by its name in signatures. */
export type Scope = { readonly service: string; readonly region: string; readonly account: string };

/**
 * The actions that IAM holds a request of the SDK against, and the ARNs of what they are done to, as the Service Authorization Reference
 * lists them (https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html).
 * An action without resources is asked about `*`.
 *
 * Errors: a plain error for a request that no rule is known for, so that none goes by unseen.
 */
export function iamCallsOf(request: FakeRequest, scope: Scope): readonly IamCall[] {
  const service = SERVICES[scope.service];
  if (service === undefined) throw new Error(`no rule of IAM is known for the service ${scope.service}`);
  return service(request, scope);
}

type Rule = (request: FakeRequest, scope: Scope) => readonly IamCall[];
type Input = Readonly<Record<string, unknown>>;

const SERVICES: Readonly<Record<string, Rule>> = {
  dynamodb: (request, scope) => {
    const { TableName, IndexName } = inputOf(request);
    const table = arn(scope, `table/${TableName}`);
    return asked(scope, request, [IndexName === undefined ? table : `${table}/index/${IndexName}`]);
  },
  states: (request, scope) => {
    const { stateMachineArn, executionArn } = inputOf(request);
    // A token is of one state machine; which one only Step Functions knows.
    const token = arn(scope, 'stateMachine:Nonevent-shop');
    return asked(scope, request, [String(executionArn ?? stateMachineArn ?? token)]);
  },
  events: (request, scope) => {
    const { Entries } = inputOf(request) as { Entries: readonly { readonly EventBusName?: string }[] };
    const buses = new Set(Entries.map(({ EventBusName = 'default' }) => EventBusName));
    return asked(
      scope,
      request,
      [...buses].map((bus) => arn(scope, `event-bus/${bus}`)),
    );
  },
  monitoring: (request, scope) => {
    const { AlarmNames } = inputOf(request) as { AlarmNames?: readonly string[] };
    const alarms = AlarmNames?.map((name) => arn({ ...scope, service: 'cloudwatch' }, `alarm:${name}`));
    return asked({ ...scope, service: 'cloudwatch' }, request, alarms ?? []);
  },
  kms: (request, scope) => {
    const { KeyId } = inputOf(request);
    return asked(scope, request, [String(KeyId)]);
  },
  codebuild: (request, scope) => {
    const { projectName, ids, id, reportArns } = inputOf(request) as {
      projectName?: string;
      ids?: readonly string[];
      id?: string;
      reportArns?: readonly string[];
    };
    if (reportArns !== undefined)
      return asked(
        scope,
        request,
        reportArns.map((report) => report.replace(':report/', ':report-group/').replace(/:[^:]*$/, '')),
      );
    const projects = new Set(
      [projectName ?? [], ids ?? [], id ?? []].flat().map((each) => each.split(':')[0]),
    );
    return asked(
      scope,
      request,
      [...projects].map((project) => arn(scope, `project/${project}`)),
    );
  },
  logs: (request, scope) => {
    const { logGroupName, logStreamName } = inputOf(request);
    return asked(scope, request, [arn(scope, `log-group:${logGroupName}:log-stream:${logStreamName}`)]);
  },
  ecs: (request, scope) => {
    const input = inputOf(request);
    const action = operationOf(request);
    const of = (resources: readonly string[]) => asked(scope, request, resources);
    switch (action) {
      case 'DescribeServices':
        return of((input.services as string[]).map((name) => arn(scope, `service/${input.cluster}/${name}`)));
      case 'UpdateService':
        return of([arn(scope, `service/${input.cluster}/${input.service}`)]);
      case 'RegisterTaskDefinition': {
        const family = arn(scope, `task-definition/${input.family}:*`);
        const tagging = call('ecs:TagResource', [family], { 'ecs:CreateAction': 'RegisterTaskDefinition' });
        const roles = [input.taskRoleArn, input.executionRoleArn].filter((role) => typeof role === 'string');
        return [
          ...of([family]),
          ...(input.tags === undefined ? [] : [tagging]),
          ...passed('ecs-tasks.amazonaws.com', roles),
        ];
      }
      default:
        return of([]);
    }
  },
  cloudformation: (request, scope) => {
    const input = new URLSearchParams(request.body.toString());
    const stack = (input.get('StackName') ?? '').replace(/^arn:.*:stack\/([^/]+)\/.*$/, '$1');
    const resource = arn(scope, `stack/${stack}/id`);
    const role = input.get('RoleARN');
    const tagged = [...input.keys()].some((key) => key.startsWith('Tags.'));
    return [
      call(`cloudformation:${input.get('Action')}`, [resource]),
      ...(tagged ? [call('cloudformation:TagResource', [resource])] : []),
      ...passed('cloudformation.amazonaws.com', role === null ? [] : [role]),
    ];
  },
  sts: (request) => {
    const input = new URLSearchParams(request.body.toString());
    return [call(`sts:${input.get('Action')}`, [input.get('RoleArn') ?? ''])];
  },
  s3: ({ method, path, query, headers }) => {
    const object = `arn:aws:s3:::${path.slice(1)}`;
    const source = headers['x-amz-copy-source'];
    if (typeof source === 'string') {
      const [from = '', version] = decodeURIComponent(source).split('?versionId=');
      const reading = version === undefined ? 's3:GetObject' : 's3:GetObjectVersion';
      return [call(reading, [`arn:aws:s3:::${from}`]), call('s3:PutObject', [object])];
    }
    if (method === 'PUT') return [call('s3:PutObject', [object])];
    return [call(query.has('versionId') ? 's3:GetObjectVersion' : 's3:GetObject', [object])];
  },
  lambda: ({ method, path, query }, scope) => {
    const [name = '', part = '', alias] = path.replace(/^\/[\d-]+\/functions\//, '').split('/');
    const action = LAMBDA[`${method} ${part}${alias === undefined ? '' : '/alias'}`];
    if (action === undefined) throw new Error(`no action of Lambda is known for ${method} ${path}`);
    const version = query.get('Qualifier');
    const resource = name.startsWith('arn:') ? name : arn(scope, `function:${name}`);
    return [call(`lambda:${action}`, [version === null ? resource : `${resource}:${version}`])];
  },
  appconfig: ({ method, path, body }, scope) => {
    const [, application = '', kind = '', of = '', what = '', version] =
      /^\/applications\/([^/]+)\/([^/]+)\/([^/]+)\/([^/]+)(?:\/(.+))?$/.exec(path) ?? [];
    const root = arn(scope, `application/${application}`);
    const profile = `${root}/configurationprofile/${of}`;
    if (kind === 'environments') {
      const environment = `${root}/environment/${of}`;
      if (method === 'GET') return [call('appconfig:ListDeployments', [root, environment])];
      const given = JSON.parse(body.toString()) as Input;
      return [
        call('appconfig:StartDeployment', [
          root,
          environment,
          `${root}/configurationprofile/${given.ConfigurationProfileId}`,
          arn(scope, `deploymentstrategy/${given.DeploymentStrategyId}`),
        ]),
      ];
    }
    if (what !== 'hostedconfigurationversions')
      throw new Error(`no action of AppConfig is known for ${path}`);
    if (method === 'POST') return [call('appconfig:CreateHostedConfigurationVersion', [root, profile])];
    return version === undefined
      ? [call('appconfig:ListHostedConfigurationVersions', [root, profile])]
      : [
          call('appconfig:GetHostedConfigurationVersion', [
            root,
            profile,
            `${profile}/hostedconfigurationversion/${version}`,
          ]),
        ];
  },
};

const LAMBDA: Readonly<Record<string, string>> = {
  'GET configuration': 'GetFunctionConfiguration',
  'GET versions': 'ListVersionsByFunction',
  'GET aliases': 'ListAliases',
  'GET aliases/alias': 'GetAlias',
  'PUT code': 'UpdateFunctionCode',
  'PUT configuration': 'UpdateFunctionConfiguration',
  'POST versions': 'PublishVersion',
  'POST aliases': 'CreateAlias',
  'PUT aliases/alias': 'UpdateAlias',
  'DELETE aliases/alias': 'DeleteAlias',
  'DELETE ': 'DeleteFunction',
  'POST invocations': 'InvokeFunction',
};

/** The operation of a protocol that names it in a header or, in the query protocol, in its body. */
function operationOf({ headers }: FakeRequest): string {
  return String(headers['x-amz-target']).split('.').at(-1) ?? '';
}

function asked(scope: Scope, request: FakeRequest, resources: readonly string[]): readonly IamCall[] {
  return [call(`${scope.service}:${operationOf(request)}`, resources)];
}

function call(action: string, resources: readonly string[], context: IamCall['context'] = {}): IamCall {
  return { action, resources: resources.length === 0 ? ['*'] : resources, context };
}

/** Whoever names a role to a service passes it on. */
function passed(service: string, roles: readonly string[]): readonly IamCall[] {
  return roles.length === 0 ? [] : [call('iam:PassRole', roles, { 'iam:PassedToService': service })];
}

function arn({ service, region, account }: Scope, rest: string): string {
  return `arn:aws:${service}:${region}:${account}:${rest}`;
}

function inputOf({ body }: FakeRequest): Input {
  return JSON.parse(body.toString()) as Input;
}
