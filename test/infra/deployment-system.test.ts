import { rmSync } from 'node:fs';
import { Validations } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { AwsSolutionsChecks } from 'cdk-nag';
import { afterAll, describe, expect, it } from 'vitest';
import { tableDefinition } from '../../lib/history/table.ts';
import { compileStatesLanguage } from '../../lib/lifecycle/states-language.ts';
import { policiesOf } from './policies.ts';
import { emptyApp, synthesize, systemIn } from './synthesized.ts';

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
    expect(names).toEqual(['conclude', 'enter', 'publish', 'stage', 'undo']);
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      MaximumRetryAttempts: 8,
      DestinationConfig: { OnFailure: { Destination: Match.anyValue() } },
    });
  });
});

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
    'NoneventBus',
    'NoneventRegion',
    'NoneventStateMachines',
    'NoneventTable',
  ]);
});

it('gives each role what docs/aws.md says, and nothing else', async () => {
  await expect(`${JSON.stringify(policiesOf(template), undefined, 2)}\n`).toMatchFileSnapshot(
    'policies.snapshot.json',
  );
});

describe('cdk-nag', () => {
  // That `synthesize` did not throw says that there is no finding; this says that one would have been found.
  it('finds a wildcard that nobody has given a reason for', () => {
    const app = emptyApp();
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    const { system } = systemIn(app);
    system.functions.stop.role.addToPolicy(
      new PolicyStatement({ actions: ['s3:GetObject'], resources: ['arn:aws:s3:::elsewhere/*'] }),
    );
    expect(() => app.synth()).toThrow('Validation failed');
    rmSync(app.outdir, { recursive: true });
  });
});
