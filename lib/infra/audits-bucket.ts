import { Duration } from 'aws-cdk-lib';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledge, acknowledgeResource } from './acknowledge.ts';
import { grantKeyForBucket } from './data-key.ts';
import type { Keeping } from './keeping.ts';
import { protectedBucket } from './protected-bucket.ts';

export type AuditsBucketProps = { readonly key: Key; readonly keeping: Keeping };

/** Where DynamoDB writes an export to that has no prefix. */
const EXPORTS = 'AWSDynamoDB/*';
/** What the functions of a distributed audit make of it. */
const RUNS = 'runs/*';
/** Exports are copies of the table, and a report is printed when it is there. */
const KEPT_DAYS = 30;

/** Where exports of the table are, and what a distributed audit makes of them, for 30 days. */
export class AuditsBucket extends Construct {
  readonly bucket: Bucket;
  readonly #key: Key;

  constructor(scope: Construct, id: string, { key, keeping }: AuditsBucketProps) {
    super(scope, id);
    this.#key = key;
    this.bucket = protectedBucket(this, 'Bucket', {
      key,
      keeping,
      more: {
        lifecycleRules: [
          { expiration: Duration.days(KEPT_DAYS) },
          { abortIncompleteMultipartUploadAfter: Duration.days(1) },
        ],
      },
    });
    acknowledge(this.bucket, {
      'AwsSolutions-S1':
        'Everything in it is made anew by each audit and checked by digests. An account that wants access logs has CloudTrail data events.',
    });
  }

  /** Lets a grantee read exports. */
  grantReadExports(grantee: IGrantable): void {
    this.#grant(grantee, ['s3:GetObject'], EXPORTS);
    grantKeyForBucket(this.#key, grantee, 'read');
  }

  /** Lets DynamoDB write an export here in the name of a grantee. */
  grantExport(grantee: IGrantable): void {
    this.#grant(grantee, ['s3:AbortMultipartUpload', 's3:PutObject', 's3:PutObjectAcl'], EXPORTS);
    grantKeyForBucket(this.#key, grantee, 'write');
  }

  /** Lets a grantee read what runs have written, such as their reports. */
  grantReadRuns(grantee: IGrantable): void {
    this.#grant(grantee, ['s3:GetObject'], RUNS);
    grantKeyForBucket(this.#key, grantee, 'read');
  }

  /** Lets a grantee write what belongs to runs, and read it. */
  grantReadWriteRuns(grantee: IGrantable): void {
    this.#grant(grantee, ['s3:GetObject', 's3:PutObject'], RUNS);
    grantKeyForBucket(this.#key, grantee, 'write');
  }

  #grant(grantee: IGrantable, actions: string[], keys: string): void {
    const resource = this.bucket.arnForObjects(keys);
    grantee.grantPrincipal.addToPrincipalPolicy(new PolicyStatement({ actions, resources: [resource] }));
    if (Construct.isConstruct(grantee))
      acknowledgeResource(grantee, resource, 'Exports and runs are still to come.');
  }
}
