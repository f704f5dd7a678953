import type { Unused } from '../aws/policy.ts';

/** What is allowed although no request of the functions asks for it here, and the reason for each. */
type Reason = {
  readonly actions: RegExp;
  /** What the resources have to be; any where it is left out. */
  readonly resources?: RegExp;
  /** Whose it may be; anybody's where it is left out. */
  readonly of?: readonly string[];
  readonly because: string;
};

const REASONS: readonly Reason[] = [
  {
    actions: /^logs:(CreateLogStream|PutLogEvents)$/,
    resources: /:log-group:SystemFunctions\w+:\*$/,
    because: 'Lambda itself writes the log of a function, with its role',
  },
  {
    actions: /^xray:(PutTelemetryRecords|PutTraceSegments)$/,
    because: 'Lambda and Step Functions send traces; X-Ray knows no resources',
  },
  {
    actions: /^sqs:(SendMessage|GetQueueAttributes|GetQueueUrl)$/,
    resources: /DeadLetters/,
    because: 'Lambda itself, with the role of the function, keeps what failed for good',
  },
  {
    actions: /^kms:(Decrypt|DescribeKey|Encrypt|ReEncrypt\*|GenerateDataKey\*)$/,
    resources: /:key\/data$/,
    because: 'DynamoDB uses the key in the name of whoever calls it, bound by kms:ViaService',
  },
  {
    actions: /^dynamodb:(DescribeStream|GetRecords|GetShardIterator|ListStreams)$/,
    of: ['publish'],
    because: 'Lambda itself reads the stream, with the role of the function',
  },
  {
    actions: /^logs:\w*(LogDelivery|LogDeliveries|ResourcePolicy|ResourcePolicies|LogGroups)$/,
    of: ['pipeline shop'],
    because: 'Step Functions delivers its logs with these, and they know no resources',
  },
  {
    actions: /^xray:GetSampling(Rules|Targets)$/,
    of: ['pipeline shop'],
    because: 'Step Functions asks X-Ray what to trace',
  },
  {
    actions: /^lambda:InvokeFunction$/,
    of: ['pipeline shop'],
    because: 'executions invoke functions; that each is invoked is what the deployments above show',
  },
  {
    actions: /^s3:ListBucket$/,
    because: 'S3 asks for it where an object is not there, to say so and not that it may not be read',
  },
  {
    actions: /^s3:GetObject$/,
    resources: /^arn:aws:s3:::packages\/nonevent\/\*$/,
    because: 'Lambda and CloudFormation read the package in the name of whoever names it',
  },
  {
    actions: /^s3:GetObject$/,
    resources: /^arn:aws:s3:::releases\//,
    of: ['trigger'],
    because: 'a bucket without versions gives its objects by this',
  },
  {
    actions: /^lambda:/,
    resources: /:function:shop-api:\*$/,
    because: 'the same function: Lambda may ask for it with its version or alias',
  },
  {
    actions: /^(codebuild:|logs:GetLogEvents$|states:SendTask)/,
    of: ['stage', 'callback', 'stop'],
    because:
      'whoever looks at what is awaited may be the first to begin its build, to see its end or to end it: lib/stages/drive/advance-awaited.ts',
  },
  {
    actions: /^dynamodb:PutItem$/,
    of: ['reconcile'],
    because:
      'what is open and can be driven on by nobody is recorded as lost: test/stages/drive/reconcile.test.ts',
  },
  {
    actions: /^(lambda|ecs|cloudformation|iam|s3):/,
    of: ['stage', 'undo', 'enter', 'conclude', 'reconcile'],
    because: 'a use of a target that test/targets/aws has seen it needed for: usesItsPermissions',
  },
];

/** What nobody has a reason for. */
export function withoutReason(role: string, unused: readonly Unused[]): readonly string[] {
  return unused.flatMap(({ action, resources }) =>
    resources
      .filter(
        (resource) =>
          !REASONS.some(
            ({ actions, resources: wanted, of }) =>
              actions.test(action) && (wanted?.test(resource) ?? true) && (of?.includes(role) ?? true),
          ),
      )
      .map((resource) => `${role} may ${action} on ${resource} and never did`),
  );
}
