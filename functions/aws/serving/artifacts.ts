import { S3Client } from '@aws-sdk/client-s3';
import type { Artifacts } from '../../../lib/artifacts/artifacts.ts';
import { createS3Artifacts, S3_CONFIG } from '../../../lib/artifacts/s3-artifacts.ts';

/** The artifacts of the system. */
export function openArtifacts(bucket: string): Artifacts {
  return createS3Artifacts({ client: new S3Client(S3_CONFIG), bucket });
}
