import { escaped, type ServiceFake, xml, xmlError } from './aws-fake.ts';
import type { FakeAnswer } from './serve.ts';

type Resource = {
  readonly Type: string;
  readonly DeletionPolicy?: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
};
type Content = {
  readonly template: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly tags: ReadonlyMap<string, string>;
};
type ChangeSet = Content & {
  readonly name: string;
  readonly description: string;
  status: 'CREATE_IN_PROGRESS' | 'CREATE_COMPLETE' | 'FAILED';
  reason: string;
  execution: 'UNAVAILABLE' | 'AVAILABLE' | 'EXECUTE_IN_PROGRESS' | 'EXECUTE_COMPLETE' | 'EXECUTE_FAILED';
};
type Stack = Content & {
  status: string;
  changeSets: ChangeSet[];
  events: { readonly id: string; readonly status: string; readonly reason: string }[];
  readonly outputs?: Readonly<Record<string, string>>;
};

export type CloudFormationFake = ServiceFake & {
  readonly stacks: Map<string, Stack>;
  /** How often an operation is in progress when it is looked at. */
  operationsTake: number;
  /** What is at the address of a template in a bucket. */
  templateAt: (url: string) => string | undefined;
};

const NOTHING: Content = { template: '{"Resources":{}}', parameters: new Map(), tags: new Map() };

/**
 * CloudFormation, for templates in JSON:
 * - A change set of type CREATE makes a stack in REVIEW_IN_PROGRESS, one of type UPDATE needs a stack; one that changes nothing is
 *   FAILED (https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html).
 * - Executing one deletes all others; only AVAILABLE ones can be executed: InvalidChangeSetStatus
 *   (https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ExecuteChangeSet.html).
 * - A failed update goes back to UPDATE_ROLLBACK_COMPLETE, a failed creation to ROLLBACK_COMPLETE, which can only be deleted
 *   (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html).
 * - Tags of a stack are put on its resources, so a new tag changes all of them, and they go back with a rollback
 *   (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-resource-tags.html).
 * - DescribeStacks of a stack that is not there: ValidationError "does not exist".
 *
 * A resource with the property `Fail` cannot be made; a new value of the property `Name` replaces a resource.
 */
export function cloudFormationFake(): CloudFormationFake {
  const stacks = new Map<string, Stack>();
  let waiting = 0;

  function missing(name: string): FakeAnswer {
    return xmlError(400, 'ValidationError', `Stack with id ${name} does not exist`);
  }

  function templateOf(input: URLSearchParams): string | FakeAnswer {
    const body = input.get('TemplateBody');
    if (body !== null && body.length > 51_200)
      return xmlError(400, 'ValidationError', 'templateBody must have length at most 51200');
    const template = body ?? fake.templateAt(input.get('TemplateURL') ?? '');
    return template ?? xmlError(400, 'ValidationError', 'TemplateURL must reference a valid S3 object');
  }

  function create(name: string, input: URLSearchParams): FakeAnswer {
    const known = stacks.get(name);
    const type = input.get('ChangeSetType');
    if (type === 'CREATE' && known !== undefined && known.status !== 'REVIEW_IN_PROGRESS')
      return xmlError(400, 'ValidationError', `Stack [${name}] already exists`);
    if (type === 'UPDATE' && !isStable(known))
      return xmlError(
        400,
        'ValidationError',
        `Stack:${name} is in ${known?.status} state and can not be updated.`,
      );
    const stack = known ?? { ...NOTHING, status: 'REVIEW_IN_PROGRESS', changeSets: [], events: [] };
    stacks.set(name, stack);
    const set = input.get('ChangeSetName') ?? '';
    if (!/^[a-zA-Z][-a-zA-Z0-9]{0,127}$/.test(set)) return xmlError(400, 'ValidationError', 'invalid name');
    if (stack.changeSets.some((each) => each.name === set))
      return xmlError(400, 'AlreadyExistsException', `ChangeSet ${set} already exists`);
    const template = templateOf(input);
    if (typeof template !== 'string') return template;
    const declared = Object.keys(parsed(template).Parameters ?? {});
    const parameters = parametersOf(input, stack);
    const unknown = [...parameters.keys()].filter((key) => !declared.includes(key));
    if (unknown.length > 0)
      return xmlError(
        400,
        'ValidationError',
        `Parameters: [${unknown.join(', ')}] do not exist in the template`,
      );
    stack.changeSets.push({
      name: set,
      description: input.get('Description') ?? '',
      template,
      parameters,
      tags: new Map(members(input, 'Tags').map((tag) => [tag.get('Key') ?? '', tag.get('Value') ?? ''])),
      status: 'CREATE_IN_PROGRESS',
      reason: '',
      execution: 'UNAVAILABLE',
    });
    return xml('CreateChangeSet', `<Id>arn:aws:cloudformation:changeSet/${set}</Id>`);
  }

  function describeSet(stack: Stack, set: ChangeSet): FakeAnswer {
    const changes = changesOf(stack, set);
    if (set.status === 'CREATE_IN_PROGRESS') {
      set.status = changes.length === 0 ? 'FAILED' : 'CREATE_COMPLETE';
      set.reason = changes.length === 0 ? "The submitted information didn't contain changes." : '';
      set.execution = changes.length === 0 ? 'UNAVAILABLE' : 'AVAILABLE';
    }
    return xml(
      'DescribeChangeSet',
      `<ChangeSetName>${set.name}</ChangeSetName><Status>${set.status}</Status><StatusReason>${escaped(set.reason)}</StatusReason><ExecutionStatus>${set.execution}</ExecutionStatus><Changes>${changes.join('')}</Changes>`,
    );
  }

  function execute(stack: Stack, set: ChangeSet): FakeAnswer {
    if (set.execution !== 'AVAILABLE')
      return xmlError(400, 'InvalidChangeSetStatus', `ChangeSet cannot be executed in ${set.execution}`);
    set.execution = 'EXECUTE_IN_PROGRESS';
    stack.changeSets = [set];
    stack.status = stack.status === 'REVIEW_IN_PROGRESS' ? 'CREATE_IN_PROGRESS' : 'UPDATE_IN_PROGRESS';
    waiting = fake.operationsTake;
    return xml('ExecuteChangeSet', '');
  }

  /** Every look at an operation brings it nearer to its end. */
  function look(name: string, stack: Stack): void {
    if (!stack.status.endsWith('_IN_PROGRESS') || stack.status === 'REVIEW_IN_PROGRESS') return;
    if (waiting > 0) {
      waiting -= 1;
      return;
    }
    const set = stack.changeSets[0];
    switch (stack.status) {
      case 'DELETE_IN_PROGRESS':
        stacks.delete(name);
        return;
      case 'UPDATE_ROLLBACK_IN_PROGRESS':
        stack.status = 'UPDATE_ROLLBACK_COMPLETE';
        stack.changeSets = [];
        return;
      case 'CREATE_IN_PROGRESS':
      case 'UPDATE_IN_PROGRESS':
        if (set !== undefined) finish(name, stack, set);
        return;
    }
  }

  function finish(name: string, stack: Stack, set: ChangeSet): void {
    const failing = Object.entries(parsed(set.template).Resources).find(
      ([, { Properties }]) => Properties?.Fail,
    );
    const operation = stack.status === 'CREATE_IN_PROGRESS' ? 'CREATE' : 'UPDATE';
    stack.changeSets = [];
    if (failing === undefined) {
      const { template, parameters, tags } = set;
      stacks.set(name, { ...stack, template, parameters, tags, status: `${operation}_COMPLETE` });
      return;
    }
    stack.events.unshift(
      { id: 'Other', status: 'UPDATE_FAILED', reason: 'Resource update cancelled' },
      { id: failing[0], status: `${operation}_FAILED`, reason: String(failing[1].Properties?.Fail) },
    );
    const { tags } = operation === 'CREATE' ? set : stack;
    const status = operation === 'CREATE' ? 'ROLLBACK_COMPLETE' : 'UPDATE_ROLLBACK_COMPLETE';
    stacks.set(name, { ...stack, tags, status });
  }

  function describe(stack: Stack): FakeAnswer {
    const declared = parsed(stack.template).Parameters ?? {};
    const parameters = [...stack.parameters].map(
      ([key, value]) =>
        `<member><ParameterKey>${key}</ParameterKey><ParameterValue>${declared[key]?.NoEcho ? '****' : escaped(value)}</ParameterValue></member>`,
    );
    const tags = [...stack.tags].map(
      ([key, value]) => `<member><Key>${key}</Key><Value>${escaped(value)}</Value></member>`,
    );
    const outputs = Object.entries(stack.outputs ?? {}).map(
      ([key, value]) =>
        `<member><OutputKey>${key}</OutputKey><OutputValue>${escaped(value)}</OutputValue></member>`,
    );
    return xml(
      'DescribeStacks',
      `<Stacks><member><StackId>1</StackId><StackName>s</StackName><CreationTime>2026-01-01T00:00:00Z</CreationTime><StackStatus>${stack.status}</StackStatus><Parameters>${parameters.join('')}</Parameters><Tags>${tags.join('')}</Tags><Outputs>${outputs.join('')}</Outputs></member></Stacks>`,
    );
  }

  function answer(action: string, name: string, input: URLSearchParams): FakeAnswer {
    if (action === 'CreateChangeSet') return create(name, input);
    const stack = stacks.get(name);
    if (stack === undefined) return action === 'DeleteStack' ? xml(action, '') : missing(name);
    if (action.endsWith('ChangeSet')) return answerForSet(action, stack, input.get('ChangeSetName') ?? '');
    switch (action) {
      case 'DescribeStacks': {
        look(name, stack);
        const now = stacks.get(name);
        return now === undefined ? missing(name) : describe(now);
      }
      case 'ListChangeSets':
        return xml(action, `<Summaries>${stack.changeSets.map(summary).join('')}</Summaries>`);
      case 'GetTemplate':
        return xml(action, `<TemplateBody>${escaped(stack.template)}</TemplateBody>`);
      case 'ListStackResources': {
        const resources = Object.entries(parsed(stack.template).Resources).map(
          ([id, { Type }]) =>
            `<member><LogicalResourceId>${id}</LogicalResourceId><ResourceType>${Type}</ResourceType></member>`,
        );
        return xml(action, `<StackResourceSummaries>${resources.join('')}</StackResourceSummaries>`);
      }
      case 'DescribeStackEvents': {
        const events = stack.events.map(
          ({ id, status, reason }) =>
            `<member><LogicalResourceId>${id}</LogicalResourceId><ResourceStatus>${status}</ResourceStatus><ResourceStatusReason>${escaped(reason)}</ResourceStatusReason></member>`,
        );
        return xml(action, `<StackEvents>${events.join('')}</StackEvents>`);
      }
      case 'CancelUpdateStack':
        if (stack.status !== 'UPDATE_IN_PROGRESS') return xmlError(400, 'ValidationError', 'not in progress');
        stack.status = 'UPDATE_ROLLBACK_IN_PROGRESS';
        return xml(action, '');
      case 'DeleteStack':
        stack.status = 'DELETE_IN_PROGRESS';
        waiting = fake.operationsTake;
        return xml(action, '');
      default:
        return xmlError(400, 'InvalidAction', action);
    }
  }

  function answerForSet(action: string, stack: Stack, name: string): FakeAnswer {
    const set = stack.changeSets.find((each) => each.name === name);
    if (action === 'DeleteChangeSet') {
      stack.changeSets = stack.changeSets.filter((each) => each.name !== name);
      return xml(action, '');
    }
    if (set === undefined) return xmlError(404, 'ChangeSetNotFound', `ChangeSet [${name}] does not exist`);
    return action === 'DescribeChangeSet' ? describeSet(stack, set) : execute(stack, set);
  }

  const fake: CloudFormationFake = {
    service: 'cloudformation',
    stacks,
    operationsTake: 1,
    templateAt: () => undefined,
    answer({ body }) {
      const input = new URLSearchParams(body.toString());
      return answer(input.get('Action') ?? '', input.get('StackName') ?? '', input);
    },
  };
  return fake;
}

function isStable(stack: Stack | undefined): boolean {
  return /^(CREATE|UPDATE|UPDATE_ROLLBACK)_COMPLETE$/.test(stack?.status ?? '');
}

function parsed(template: string): {
  readonly Parameters?: Readonly<Record<string, { readonly NoEcho?: boolean }>>;
  readonly Resources: Readonly<Record<string, Resource>>;
} {
  return JSON.parse(template);
}

/** The items of a list in the query protocol, each with its own fields. */
function members(input: URLSearchParams, list: string): readonly URLSearchParams[] {
  const items: URLSearchParams[] = [];
  for (let number = 1; ; number += 1) {
    const prefix = `${list}.member.${number}.`;
    const fields = [...input].filter(([key]) => key.startsWith(prefix));
    if (fields.length === 0) return items;
    items.push(
      new URLSearchParams(fields.map(([key, value]): [string, string] => [key.slice(prefix.length), value])),
    );
  }
}

function parametersOf(input: URLSearchParams, stack: Stack): ReadonlyMap<string, string> {
  return new Map(
    members(input, 'Parameters').map((each) => {
      const key = each.get('ParameterKey') ?? '';
      const isKept = each.get('UsePreviousValue') === 'true';
      return [key, isKept ? (stack.parameters.get(key) ?? '') : (each.get('ParameterValue') ?? '')];
    }),
  );
}

function changesOf(stack: Stack, set: ChangeSet): readonly string[] {
  const [before, after] = [parsed(stack.template).Resources, parsed(set.template).Resources];
  const isTagged = JSON.stringify([...stack.tags]) !== JSON.stringify([...set.tags]);
  const change = (action: string, id: string, { Type }: Resource, more = ''): string =>
    `<member><Type>Resource</Type><ResourceChange><Action>${action}</Action><LogicalResourceId>${id}</LogicalResourceId><ResourceType>${Type}</ResourceType>${more}</ResourceChange></member>`;
  return [
    ...Object.entries(after).flatMap(([id, resource]) => {
      const old = before[id];
      if (old === undefined) return [change('Add', id, resource)];
      if (JSON.stringify(old) !== JSON.stringify(resource)) {
        const isReplaced = old.Properties?.Name !== resource.Properties?.Name;
        const scope = '<Scope><member>Properties</member></Scope>';
        return [
          change(
            'Modify',
            id,
            resource,
            `<Replacement>${isReplaced ? 'True' : 'False'}</Replacement>${scope}`,
          ),
        ];
      }
      const tags = '<Replacement>False</Replacement><Scope><member>Tags</member></Scope>';
      return isTagged ? [change('Modify', id, resource, tags)] : [];
    }),
    ...Object.entries(before).flatMap(([id, resource]) => {
      const policy = `<PolicyAction>${resource.DeletionPolicy ?? 'Delete'}</PolicyAction>`;
      return Object.hasOwn(after, id) ? [] : [change('Remove', id, resource, policy)];
    }),
  ];
}

function summary({ name, description, status, execution }: ChangeSet): string {
  return `<member><ChangeSetName>${name}</ChangeSetName><Description>${escaped(description)}</Description><Status>${status}</Status><ExecutionStatus>${execution}</ExecutionStatus></member>`;
}
