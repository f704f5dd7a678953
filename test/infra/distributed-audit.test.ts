import { rmSync } from 'node:fs';
import { Validations } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { AwsSolutionsChecks } from 'cdk-nag';
import { afterAll, expect, it } from 'vitest';
import { auditStatesLanguage } from '../../lib/audit/distributed/states-language.ts';
import { policiesOf } from './policies.ts';
import { emptyApp, systemIn } from './synthesized.ts';

const app = emptyApp();
afterAll(() => rmSync(app.outdir, { recursive: true }));
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
const { stack, system } = systemIn(app);
system.grantDistributedAudit(new Role(stack, 'Verifier', { assumedBy: new AccountRootPrincipal() }));
// Throws where cdk-nag finds something that has no reason beside it.
app.synth();
const template = Template.fromStack(stack);
const policies = policiesOf(template);
const actionsOf = (role: string) => policies[role]?.flatMap(({ actions }) => actions).sort();

it('has the document of lib/audit, byte for byte, with an ARN for every placeholder', () => {
  const machines = Object.values(template.findResources('AWS::StepFunctions::StateMachine'));
  const document = JSON.stringify(auditStatesLanguage());
  const machine = machines.find(({ Properties }) => Properties.DefinitionString === document);
  const placeholders = new Set([...document.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name));
  expect([...placeholders].sort()).toEqual(['concludeVerification', 'foldSeals', 'groupFile', 'verifyGroup']);
  expect(Object.keys(machine?.Properties.DefinitionSubstitutions).sort()).toEqual([...placeholders].sort());
});

it('keeps copies of the table encrypted, closed to the public and to plain HTTP, and for 30 days', () => {
  template.hasResourceProperties('AWS::S3::Bucket', {
    LifecycleConfiguration: {
      Rules: [
        { ExpirationInDays: 30, Status: 'Enabled' },
        { AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 }, Status: 'Enabled' },
      ],
    },
    PublicAccessBlockConfiguration: { BlockPublicAcls: true, RestrictPublicBuckets: true },
    BucketEncryption: {
      ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' } }],
    },
  });
});

it('lets whoever verifies export, start, follow and read the report, and write nothing that a run reads of itself', () => {
  expect(actionsOf('Verifier')).toEqual([
    'cloudformation:DescribeStacks',
    'dynamodb:DescribeExport',
    'dynamodb:DescribeTable',
    'dynamodb:ExportTableToPointInTime',
    'kms:Decrypt',
    'kms:GenerateDataKey',
    's3:AbortMultipartUpload',
    's3:GetObject',
    's3:PutObject',
    's3:PutObjectAcl',
    'states:DescribeExecution',
    'states:StartExecution',
  ]);
  const written = policies.Verifier?.filter(({ actions }) => actions.includes('s3:PutObject'));
  expect(written?.flatMap(({ resources }) => resources)).toEqual([
    expect.stringMatching(/^<SystemAudits.*>\/AWSDynamoDB\/\*$/),
  ]);
});

it('lets none of its functions touch the table', () => {
  for (const name of ['groupfile', 'foldseals', 'verifygroup', 'concludeverification']) {
    const actions = actionsOf(`SystemFunctions${name}Role`) ?? [];
    expect(actions).toContain('s3:PutObject');
    expect(actions.filter((action) => /^dynamodb:|Delete/.test(action))).toEqual([]);
  }
});
