import { Duration } from 'aws-cdk-lib';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledge, acknowledgeResource } from './acknowledge.ts';
import { grantKeyForBucket } from './data-key.ts';
import type { Keeping } from './keeping.ts';
import { protectedBucket } from './protected-bucket.ts';

export type ArtifactsBucketProps = { readonly key: Key; readonly keeping: Keeping };

/** Where sources and built artifacts are, each under `artifacts/`, named by its digest. */
export class ArtifactsBucket extends Construct {
  readonly bucket: Bucket;
  readonly #key: Key;

  constructor(scope: Construct, id: string, { key, keeping }: ArtifactsBucketProps) {
    super(scope, id);
    this.#key = key;
    this.bucket = protectedBucket(this, 'Bucket', {
      key,
      keeping,
      more: {
        versioned: true,
        lifecycleRules: [
          { abortIncompleteMultipartUploadAfter: Duration.days(1) },
          // An object is written once; an older version is there only where somebody replaced or deleted one by hand.
          { noncurrentVersionExpiration: Duration.days(90) },
        ],
      },
    });
    acknowledge(this.bucket, {
      'AwsSolutions-S1':
        'Objects are named by the digest of their content and checked by it; who used which is in the histories. An account that wants access logs has CloudTrail data events.',
    });
  }

  /** Lets a grantee get artifacts. */
  grantRead(grantee: IGrantable): void {
    this.#grant(grantee, ['s3:GetObject']);
    grantKeyForBucket(this.#key, grantee, 'read');
  }

  /** Lets a grantee take over what others have put elsewhere: S3 copies it, so nothing need be read. */
  grantCopy(grantee: IGrantable): void {
    this.#grant(grantee, ['s3:PutObject']);
    grantKeyForBucket(this.#key, grantee, 'copy');
  }

  /** Lets a grantee keep artifacts, and get them. */
  grantReadWrite(grantee: IGrantable): void {
    this.#grant(grantee, ['s3:GetObject', 's3:PutObject']);
    grantKeyForBucket(this.#key, grantee, 'write');
  }

  #grant(grantee: IGrantable, actions: string[]): void {
    const resource = this.bucket.arnForObjects('artifacts/*');
    grantee.grantPrincipal.addToPrincipalPolicy(new PolicyStatement({ actions, resources: [resource] }));
    if (actions.includes('s3:GetObject')) {
      // Without it S3 says of what is not there only that it may not be read.
      grantee.grantPrincipal.addToPrincipalPolicy(
        new PolicyStatement({ actions: ['s3:ListBucket'], resources: [this.bucket.bucketArn] }),
      );
    }
    if (Construct.isConstruct(grantee)) {
      acknowledgeResource(
        grantee,
        resource,
        'Artifacts are named by digests of contents that are still to come.',
      );
    }
  }
}
