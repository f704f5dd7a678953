import type { Key } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type BucketProps,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { Keeping } from './keeping.ts';

export type ProtectedBucketProps = {
  readonly key: Key;
  readonly keeping: Keeping;
  /** What this bucket has besides. Nothing of its protection can be named here. */
  readonly more?: Pick<
    BucketProps,
    'versioned' | 'lifecycleRules' | 'objectLockEnabled' | 'objectLockDefaultRetention'
  >;
};

/** A bucket as all of the system's are: encrypted with its key, closed to the public, to plain HTTP and to other owners of objects. */
export function protectedBucket(
  scope: Construct,
  id: string,
  { key, keeping, more = {} }: ProtectedBucketProps,
): Bucket {
  return new Bucket(scope, id, {
    ...more,
    encryption: BucketEncryption.KMS,
    encryptionKey: key,
    bucketKeyEnabled: true,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    removalPolicy: keeping.removalPolicy,
    autoDeleteObjects: !keeping.deletionProtection,
  });
}
