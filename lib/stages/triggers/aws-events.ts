import { z } from 'zod';
import { digest } from '../../pipeline/release.ts';

const text = z.string().min(1).max(2048);
const envelope = {
  id: text.describe('The same for every delivery of the event.'),
  account: z.string().regex(/^\d{12}$/, 'expected an account of 12 digits'),
  region: text,
};

/** Only what is used is held against a form: services add fields to their events. */
export const awsEvent = z.discriminatedUnion('source', [
  z
    .object({
      ...envelope,
      source: z.literal('aws.ecr'),
      'detail-type': z.literal('ECR Image Action'),
      detail: z.object({
        'action-type': z.literal('PUSH'),
        result: z.literal('SUCCESS'),
        'repository-name': text,
        'image-digest': digest,
        'image-tag': text.optional(),
      }),
    })
    .describe('https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html'),
  z
    .object({
      ...envelope,
      source: z.literal('aws.s3'),
      'detail-type': z.literal('Object Created'),
      detail: z.object({
        bucket: z.object({ name: text }),
        object: z.object({
          key: text,
          etag: text.optional(),
          'version-id': text.optional(),
          sequencer: text.optional(),
        }),
        requester: text,
      }),
    })
    .describe('https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html'),
  z
    .object({
      ...envelope,
      source: z.literal('aws.codebuild'),
      'detail-type': z.literal('CodeBuild Build State Change'),
      detail: z.object({
        'build-status': z.literal('SUCCEEDED'),
        'project-name': text,
        'build-id': text,
        'additional-information': z.object({
          artifact: z.object({ sha256sum: text.optional(), location: text.optional() }).optional(),
          initiator: text.optional(),
          'source-version': text.optional(),
        }),
      }),
    })
    .describe('https://docs.aws.amazon.com/codebuild/latest/userguide/sample-build-notifications-ref.html'),
  z
    .object({
      ...envelope,
      source: z.literal('aws.codepipeline'),
      'detail-type': z.literal('CodePipeline Pipeline Execution State Change'),
      detail: z.object({
        state: z.literal('SUCCEEDED'),
        pipeline: text,
        'execution-id': text,
        'execution-trigger': z.object({ 'trigger-detail': text.optional() }).optional(),
      }),
    })
    .describe(
      'https://docs.aws.amazon.com/codepipeline/latest/userguide/detect-state-changes-cloudwatch-events.html',
    ),
]);

export type AwsEvent = z.output<typeof awsEvent>;
export type AwsEventOf<Source extends AwsEvent['source']> = Extract<AwsEvent, { source: Source }>;
