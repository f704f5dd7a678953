import type { Digest } from '../../../lib/pipeline/release.ts';
import type { PipelineTrigger } from '../../../lib/pipeline/triggers.ts';

/** Events as the documentation of each service shows them; the digests are whole, which those in the documentation are not. */
export const IMAGE_DIGEST = `sha256:${'7f5b'.repeat(16)}` as Digest;

export const ECR_PUSH = {
  version: '0',
  id: '13cde686-328b-6117-af20-0e5566167482',
  'detail-type': 'ECR Image Action',
  source: 'aws.ecr',
  account: '123456789012',
  time: '2019-11-16T01:54:34Z',
  region: 'us-west-2',
  resources: [],
  detail: {
    result: 'SUCCESS',
    'repository-name': 'my-repository-name',
    'image-digest': IMAGE_DIGEST,
    'action-type': 'PUSH',
    'image-tag': 'v1.4.2',
  },
};

export const S3_CREATED = {
  version: '0',
  id: '17793124-05d4-b198-2fde-7ededc63b103',
  'detail-type': 'Object Created',
  source: 'aws.s3',
  account: '123456789012',
  time: '2021-11-12T00:00:00Z',
  region: 'ca-central-1',
  resources: ['arn:aws:s3:::releases'],
  detail: {
    version: '0',
    bucket: { name: 'releases' },
    object: {
      key: 'shop/1.4.2.tar',
      size: 5,
      etag: 'b1946ac92492d2347c6235b4d2611184',
      'version-id': 'IYV3p45BT0ac8hjHg1houSdS1a.Mro8e',
      sequencer: '617f08299329d189',
    },
    'request-id': 'N4N7GDK58NMKJ12R',
    requester: '123456789012',
    'source-ip-address': '1.2.3.4',
    reason: 'PutObject',
  },
};

export const BUILD_SUCCEEDED = {
  version: '0',
  id: 'c030038d-8c4d-6141-9545-00ff7b7153ab',
  'detail-type': 'CodeBuild Build State Change',
  source: 'aws.codebuild',
  account: '123456789012',
  time: '2017-09-01T16:14:28Z',
  region: 'us-west-2',
  resources: [
    'arn:aws:codebuild:us-west-2:123456789012:build/my-sample-project:8745a7a9-c340-456a-9166-edf953571bab',
  ],
  detail: {
    'build-status': 'SUCCEEDED',
    'project-name': 'my-sample-project',
    'build-id':
      'arn:aws:codebuild:us-west-2:123456789012:build/my-sample-project:8745a7a9-c340-456a-9166-edf953571bab',
    'additional-information': {
      artifact: {
        md5sum: 'da9c44c8a9a3cd4b443126e823168fab',
        sha256sum: '5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03',
        location: 'arn:aws:s3:::releases/shop/0a1b2c3d4e5f.tar',
      },
      environment: {
        image: 'aws/codebuild/standard:5.0',
        'privileged-mode': false,
        'compute-type': 'BUILD_GENERAL1_SMALL',
        type: 'LINUX_CONTAINER',
        'environment-variables': [],
      },
      'timeout-in-minutes': 60,
      'build-complete': true,
      initiator: 'MyCodeBuildDemoUser',
      'build-start-time': 'Sep 1, 2017 4:12:29 PM',
      source: { location: 'codebuild-123456789012-input-bucket/my-input-artifact.zip', type: 'S3' },
      'source-version': '0a1b2c3d4e5f',
    },
    version: '1',
  },
};

export const EXECUTION_SUCCEEDED = {
  version: '0',
  id: 'aaaabbbb-1111-2222-3333-444455556666',
  'detail-type': 'CodePipeline Pipeline Execution State Change',
  source: 'aws.codepipeline',
  account: '123456789012',
  time: '2021-10-05T22:03:31Z',
  region: 'us-east-1',
  resources: ['arn:aws:codepipeline:us-east-1:123456789012:myPipeline'],
  detail: {
    pipeline: 'myPipeline',
    'execution-id': '12345678-1234-5678-abcd-12345678abcd',
    'start-time': '2021-10-05T22:03:07.000Z',
    'execution-trigger': {
      'trigger-type': 'StartPipelineExecution',
      'trigger-detail': 'arn:aws:sts::123456789012:assumed-role/Admin/my-user',
    },
    state: 'SUCCEEDED',
    version: 30,
    'pipeline-execution-attempt': 1,
  },
};

/** A trigger for each of them. */
export const TRIGGERS = {
  ecr: { kind: 'ecr', repository: 'my-repository-name', tags: ['v*', 'stable'] },
  s3: { kind: 's3', bucket: 'releases', prefix: 'shop/' },
  codeBuild: {
    kind: 'codeBuild',
    project: 'my-sample-project',
    bucket: 'releases',
    key: 'shop/{commit}.tar',
  },
  codePipeline: {
    kind: 'codePipeline',
    name: 'myPipeline',
    bucket: 'releases',
    key: 'shop/{execution}.tar',
  },
} satisfies Record<string, PipelineTrigger>;
