import { Duration } from 'aws-cdk-lib';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { type Bucket, ObjectLockRetention } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledge, acknowledgeResource } from './acknowledge.ts';
import { grantKeyForBucket } from './data-key.ts';
import type { Keeping } from './keeping.ts';
import { protectedBucket } from './protected-bucket.ts';

export type SealsProps = { readonly key: Key; readonly keeping: Keeping };

/** A year: longer than anybody goes on without noticing. */
const LOCKED_DAYS = 365;

/** The key that seals are signed with, and the bucket of their copies, where for a year nobody can replace or delete one. */
export class Seals extends Construct {
  readonly signingKey: Key;
  readonly bucket: Bucket;
  readonly #key: Key;

  constructor(scope: Construct, id: string, { key, keeping }: SealsProps) {
    super(scope, id);
    this.#key = key;
    this.signingKey = new Key(this, 'SigningKey', {
      description: 'Signs the seals of Nonevent',
      keySpec: KeySpec.ECC_NIST_P256,
      keyUsage: KeyUsage.SIGN_VERIFY,
      removalPolicy: keeping.removalPolicy,
    });
    this.bucket = protectedBucket(this, 'Bucket', {
      key,
      keeping,
      more: {
        versioned: true,
        objectLockEnabled: true,
        // Nobody may shorten it, the account's root neither, unless everything is to go with the stack.
        ...(keeping.deletionProtection
          ? { objectLockDefaultRetention: ObjectLockRetention.compliance(Duration.days(LOCKED_DAYS)) }
          : {}),
      },
    });
    acknowledge(this.bucket, {
      'AwsSolutions-S1': 'Nothing in it can be changed; who reads a seal is no secret.',
    });
  }

  /** Lets a grantee sign, and keep copies. */
  grantSeal(grantee: IGrantable & Construct): void {
    this.signingKey.grant(grantee, 'kms:Sign', 'kms:GetPublicKey');
    this.#grant(grantee, ['s3:GetObject', 's3:PutObject']);
    grantKeyForBucket(this.#key, grantee, 'write');
  }

  /** Lets a grantee compare the seals in the history with their copies. */
  grantRead(grantee: IGrantable): void {
    this.#grant(grantee, ['s3:GetObject']);
    grantKeyForBucket(this.#key, grantee, 'read');
  }

  #grant(grantee: IGrantable, actions: string[]): void {
    const resource = this.bucket.arnForObjects('seals/*');
    grantee.grantPrincipal.addToPrincipalPolicy(new PolicyStatement({ actions, resources: [resource] }));
    // Without it S3 says of what is not there only that it may not be read.
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({ actions: ['s3:ListBucket'], resources: [this.bucket.bucketArn] }),
    );
    if (Construct.isConstruct(grantee)) acknowledgeResource(grantee, resource, 'Seals are still to come.');
  }
}
