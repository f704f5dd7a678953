import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import validate from 'asl-validator';
import { type App, Stack, Validations } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { AccountRootPrincipal, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { AwsSolutionsChecks } from 'cdk-nag';
import { afterAll, describe, expect, it } from 'vitest';
import { readEnvironment } from '../../functions/aws/serving/environment.ts';
import { tableDefinition } from '../../lib/history/table.ts';
import { acknowledgeResource } from '../../lib/infra/acknowledge.ts';
import { compileStatesLanguage } from '../../lib/lifecycle/states-language.ts';
import { inLines, policiesOf } from './policies.ts';
import { emptyApp, synthesize } from './synthesized.ts';

const { template, pipelines, assembly } = synthesize();
afterAll(() => rmSync(assembly.directory, { recursive: true }));

describe('the history table', () => {
  it('has the keys and the sparse indexes of the local one, a stream and no price while nothing happens', () => {
    const { KeySchema, GlobalSecondaryIndexes, BillingMode } = tableDefinition('any');
    template.hasResourceProperties('AWS::DynamoDB::Table', {
      KeySchema,
      GlobalSecondaryIndexes,
      BillingMode,
      StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
    });
  });

  it('can be restored to any second of 35 days, is encrypted with our key, and outlives the stack', () => {
    template.hasResource('AWS::DynamoDB::Table', {
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 35 },
        SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: Match.anyValue() },
      },
    });
  });

  it('can be changed by nobody in the system: no update, no delete, no wildcard', () => {
    const actions = Object.values(policiesOf(template)).flatMap((statements) =>
      statements.flatMap(({ actions }) => actions.filter((action) => action.startsWith('dynamodb:'))),
    );
    expect([...new Set(actions)].sort()).toEqual([
      'dynamodb:DescribeStream',
      'dynamodb:DescribeTable',
      'dynamodb:GetRecords',
      'dynamodb:GetShardIterator',
      'dynamodb:ListStreams',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'dynamodb:Scan',
    ]);
  });
});

describe('what else is kept', () => {
  it('keeps artifacts in a bucket that outlives the stack, versioned, encrypted, closed to the public and to plain HTTP', () => {
    template.hasResource('AWS::S3::Bucket', {
      DeletionPolicy: 'Retain',
      Properties: {
        VersioningConfiguration: { Status: 'Enabled' },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
      },
    });
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        ]),
      },
    });
  });

  it('signs seals with a key that never leaves KMS, and keeps their copies where a year long nobody can change them', () => {
    template.hasResource('AWS::KMS::Key', {
      DeletionPolicy: 'Retain',
      Properties: { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' },
    });
    template.hasResource('AWS::S3::Bucket', {
      DeletionPolicy: 'Retain',
      Properties: {
        ObjectLockEnabled: true,
        ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 365 } } },
      },
    });
  });

  it('keeps the key that all of it is encrypted with', () => {
    template.hasResource('AWS::KMS::Key', {
      DeletionPolicy: 'Retain',
      Properties: { EnableKeyRotation: true },
    });
  });
});

describe('a state machine', () => {
  it('has the document of lib/lifecycle, byte for byte', () => {
    const [machine] = Object.values(template.findResources('AWS::StepFunctions::StateMachine'));
    expect(machine?.Properties.DefinitionString).toBe(
      JSON.stringify(compileStatesLanguage(pipelines[0] as never)),
    );
  });

  it('has a document that asl-validator has nothing to say about', () => {
    const [machine] = Object.values(template.findResources('AWS::StepFunctions::StateMachine'));
    const { isValid, errorsText } = validate(JSON.parse(machine?.Properties.DefinitionString));
    expect(errorsText('')).toBe('');
    expect(isValid).toBe(true);
  });

  it('has an ARN for every placeholder of its document', () => {
    const [machine] = Object.values(template.findResources('AWS::StepFunctions::StateMachine'));
    const { DefinitionString, DefinitionSubstitutions } = machine?.Properties ?? {};
    const placeholders = new Set(DefinitionString.matchAll(/\$\{(\w+)\}/g).map(([, name]: string[]) => name));
    expect([...placeholders].sort()).toEqual(['conclude', 'enter', 'stage', 'undo']);
    expect(Object.keys(DefinitionSubstitutions).sort()).toEqual(['conclude', 'enter', 'stage', 'undo']);
  });

  it('logs everything but data, and is traced', () => {
    template.hasResourceProperties('AWS::StepFunctions::StateMachine', {
      LoggingConfiguration: { Level: 'ALL', IncludeExecutionData: false },
      TracingConfiguration: { Enabled: true },
    });
  });

  it('has a version that says which definition it runs and that no deployment of the stack deletes', () => {
    template.hasResource('AWS::StepFunctions::StateMachineVersion', {
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: { Description: Match.stringLikeRegexp('^sha256:[0-9a-f]{64} lifecycle 1$') },
    });
  });
});

describe('the functions', () => {
  it('run on Node 24 on arm64, traced, each with a log that is kept for a year', () => {
    const functions = Object.values(template.findResources('AWS::Lambda::Function'));
    for (const { Properties } of functions) {
      expect(Properties).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        TracingConfig: { Mode: 'Active' },
        LoggingConfig: { LogGroup: expect.anything() },
      });
    }
    const roles = functions.map(({ Properties }) => JSON.stringify(Properties.Role));
    expect(new Set(roles).size).toBe(functions.length);
    template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 365 });
  });

  it('keep what they could not handle wherever nobody waits for their answer', () => {
    const functions = Object.entries(template.findResources('AWS::Lambda::Function'));
    const without = functions.filter(([, { Properties }]) => Properties.DeadLetterConfig === undefined);
    const names = without.map(([id]) => /Functions(\w+?)Function/.exec(id)?.[1]).sort();
    expect(names).toEqual([
      'conclude',
      'concludeverification',
      'enter',
      'foldseals',
      'groupfile',
      'publish',
      'stage',
      'undo',
      'verifygroup',
    ]);
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      MaximumRetryAttempts: 8,
      DestinationConfig: { OnFailure: { Destination: Match.anyValue() } },
    });
  });
});

it('tells every function what its code asks for', () => {
  for (const { Properties } of Object.values(template.findResources('AWS::Lambda::Function'))) {
    const known = JSON.parse(
      JSON.stringify(Properties.Environment.Variables).replaceAll('AWS::AccountId', '1'),
    );
    const text = Object.fromEntries(
      Object.entries(known).map(([name, value]) => [name, textOf(name, value)]),
    );
    expect(() => readEnvironment({ ...text, AWS_REGION: 'eu-west-1' })).not.toThrow();
  }
});

/** As CloudFormation writes it once it knows the account, the region and the ids of what it has made. */
function textOf(name: string, value: unknown): string {
  if (typeof value === 'string') return value;
  const { Ref, ...functions } = value as { Ref?: string; 'Fn::Join'?: [string, unknown[]] };
  if (Ref !== undefined)
    return name.endsWith('ACCOUNT') || Ref === '1' ? '123456789012' : Ref.replaceAll(':', '');
  return (functions['Fn::Join']?.[1] ?? ['made']).map((part) => textOf('', part)).join('');
}

describe('the event bus', () => {
  it('takes events from the trusted accounts and refuses every other', () => {
    const trusted = [{ Ref: 'AWS::AccountId' }, '210987654321'];
    template.hasResourceProperties('AWS::Events::EventBusPolicy', {
      Statement: {
        Effect: 'Deny',
        Principal: '*',
        Condition: { StringNotEquals: { 'aws:PrincipalAccount': trusted } },
      },
    });
    template.hasResourceProperties('AWS::Events::EventBusPolicy', {
      Statement: { Effect: 'Allow', Action: 'events:PutEvents' },
    });
  });

  it('leads nothing to a function without a limit on its retries and a place for what is not delivered', () => {
    const rules = Object.values(template.findResources('AWS::Events::Rule'));
    expect(rules.length).toBeGreaterThan(8);
    for (const { Properties } of rules) {
      expect(Properties.Targets).toEqual([
        expect.objectContaining({
          RetryPolicy: { MaximumEventAgeInSeconds: 21_600, MaximumRetryAttempts: 30 },
          DeadLetterConfig: { Arn: expect.anything() },
        }),
      ]);
    }
  });

  it('takes nothing for a request that the system itself tells', () => {
    const onBus = Object.values(template.findResources('AWS::Events::Rule')).filter(
      ({ Properties }) => Properties.EventBusName !== undefined,
    );
    for (const { Properties } of onBus) {
      expect(Properties.EventPattern.source).toEqual([{ 'anything-but': ['nonevent'] }]);
      expect(Properties.EventPattern.account).toEqual([{ Ref: 'AWS::AccountId' }, '210987654321']);
    }
    expect(
      onBus.map(({ Properties }) => Properties.EventPattern['detail-type'][0]).sort(),
    ).toMatchInlineSnapshot(`
      [
        "Deployment Requested",
        "Flag Requested",
        "Rerun Requested",
        "Rollback Requested",
        "Stage Reported",
        "Stop Requested",
        "Unlock Requested",
      ]
    `);
  });
});

it('has the outputs that `nonevent connect` reads', () => {
  expect(Object.keys(template.findOutputs('*')).sort()).toEqual([
    'NoneventArtifacts',
    'NoneventAuditMachine',
    'NoneventAudits',
    'NoneventBus',
    'NoneventRegion',
    'NoneventStateMachines',
    'NoneventTable',
  ]);
});

it('gives each role what docs/aws.md says, and nothing else', async () => {
  await expect(inLines(policiesOf(template))).toMatchFileSnapshot('policies.snapshot.txt');
});

describe('cdk-nag', () => {
  // That `synthesize` did not throw says that there is no finding; this says that one would have been found.
  it('finds a wildcard that nobody has given a reason for, and accepts the one that has its reason', () => {
    const app = emptyApp();
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    const role = new Role(new Stack(app, 'Small'), 'Role', { assumedBy: new AccountRootPrincipal() });
    for (const bucket of ['known', 'forgotten']) {
      role.addToPolicy(
        new PolicyStatement({ actions: ['s3:GetObject'], resources: [`arn:aws:s3:::${bucket}/*`] }),
      );
    }
    acknowledgeResource(role, 'arn:aws:s3:::known/*', 'a reason');
    expect(findingsOf(app)).toEqual(['AwsSolutions-IAM5[Resource::arn:aws:s3:::forgotten/*]']);
  });
});

/** What a refused synthesis says has to be acknowledged. */
function findingsOf(app: App): readonly string[] {
  try {
    app.synth();
    return [];
  } catch (thrown) {
    const said = readFileSync(join(app.outdir, 'validation-report.json'), 'utf8') + String(thrown);
    return [
      ...new Set(
        [...said.matchAll(/AwsSolutions::(AwsSolutions-[A-Z0-9]+\[.*?\])/g)].map(([, id]) => id ?? ''),
      ),
    ];
  } finally {
    rmSync(app.outdir, { recursive: true });
  }
}
