import { Stack } from 'aws-cdk-lib';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import type { Keeping } from './keeping.ts';

/** The key that histories, artifacts and copies of seals are encrypted with. Made anew by KMS every year. */
export function dataKey(scope: Construct, { removalPolicy }: Keeping): Key {
  return new Key(scope, 'DataKey', {
    description: 'Encrypts the histories, artifacts and seals of Nonevent',
    enableKeyRotation: true,
    removalPolicy,
  });
}

/**
 * Lets a grantee use the key through DynamoDB, and through nothing else. DynamoDB uses it in the name of whoever reads or writes
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html).
 */
export function grantKeyForTable(key: Key, grantee: IGrantable, access: 'read' | 'write'): void {
  grantKey(key, grantee, 'dynamodb', access === 'read' ? READING : [...READING, ...WRITING]);
}

/** Lets a grantee use the key through S3, and through nothing else. */
export function grantKeyForBucket(key: Key, grantee: IGrantable, access: keyof typeof FOR_BUCKET): void {
  grantKey(key, grantee, 's3', FOR_BUCKET[access]);
}

const FOR_BUCKET = {
  read: ['kms:Decrypt'],
  copy: ['kms:GenerateDataKey'],
  write: ['kms:Decrypt', 'kms:GenerateDataKey'],
} as const;

const READING = ['kms:Decrypt', 'kms:DescribeKey'] as const;
const WRITING = ['kms:Encrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*'] as const;

function grantKey(key: Key, grantee: IGrantable, service: string, actions: readonly string[]): void {
  grantee.grantPrincipal.addToPrincipalPolicy(
    new PolicyStatement({
      actions: [...actions],
      resources: [key.keyArn],
      conditions: { StringEquals: { 'kms:ViaService': `${service}.${Stack.of(key).region}.amazonaws.com` } },
    }),
  );
}

/** The actions of KMS that DynamoDB asks for are named as families. */
export function acknowledgeKeyActions(scope: Construct): void {
  acknowledge(scope, {
    'AwsSolutions-IAM5[Action::kms:ReEncrypt*]':
      'DynamoDB asks for this family on behalf of whoever writes; it is bound to one key and, by kms:ViaService, to DynamoDB.',
    'AwsSolutions-IAM5[Action::kms:GenerateDataKey*]':
      'DynamoDB asks for this family on behalf of whoever writes; it is bound to one key and, by kms:ViaService, to DynamoDB.',
  });
}
