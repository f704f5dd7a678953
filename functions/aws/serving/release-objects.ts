import { S3Client } from '@aws-sdk/client-s3';
import { S3_CONFIG } from '../../../lib/artifacts/s3-artifacts.ts';
import { createReleaseObjects, type ReleaseObjects } from '../../../lib/stages/cloud/release-objects.ts';

/** Takes archives over into the artifacts of the system. */
export function openReleaseObjects(bucket: string): ReleaseObjects {
  return createReleaseObjects({ client: new S3Client(S3_CONFIG), bucket });
}
