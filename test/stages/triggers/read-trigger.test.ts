import { expect, it } from 'vitest';
import { awsEvent } from '../../../lib/stages/triggers/aws-events.ts';
import { eventPatternOf } from '../../../lib/stages/triggers/event-pattern.ts';
import { readTrigger } from '../../../lib/stages/triggers/read-trigger.ts';
import {
  BUILD_SUCCEEDED,
  ECR_PUSH,
  EXECUTION_SUCCEEDED,
  IMAGE_DIGEST,
  S3_CREATED,
  TRIGGERS,
} from './events.ts';

const read = (trigger: Parameters<typeof readTrigger>[0], event: object) =>
  readTrigger(trigger, awsEvent.parse(event));

it('makes a release of a pushed image: its tag and its digest', () => {
  expect(read(TRIGGERS.ecr, ECR_PUSH)).toEqual({
    by: {
      id: expect.stringMatching(/^aws\.ecr:[0-9a-f]{32}$/),
      source: 'aws.ecr',
      actor: 'push to my-repository-name',
    },
    release: { version: 'v1.4.2', artifact: IMAGE_DIGEST },
  });
});

it('asks for the very version of an object that the event is about', () => {
  expect(read(TRIGGERS.s3, S3_CREATED)).toEqual({
    by: { id: expect.stringMatching(/^aws\.s3:/), source: 'aws.s3', actor: '123456789012' },
    object: {
      bucket: 'releases',
      key: 'shop/1.4.2.tar',
      versionId: 'IYV3p45BT0ac8hjHg1houSdS1a.Mro8e',
      etag: 'b1946ac92492d2347c6235b4d2611184',
    },
  });
});

it('asks for the archive of a build by its commit, with the checksum that the build says', () => {
  expect(read(TRIGGERS.codeBuild, BUILD_SUCCEEDED)).toEqual({
    by: {
      id: expect.stringMatching(/^aws\.codebuild:/),
      source: 'aws.codebuild',
      actor: 'MyCodeBuildDemoUser',
    },
    object: {
      bucket: 'releases',
      key: 'shop/0a1b2c3d4e5f.tar',
      sha256: '5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03',
      commit: '0a1b2c3d4e5f',
    },
  });
  const byBuild = { ...TRIGGERS.codeBuild, key: 'shop/{build}.tar' };
  expect(read(byBuild, BUILD_SUCCEEDED)).toMatchObject({
    object: { key: 'shop/8745a7a9-c340-456a-9166-edf953571bab.tar' },
  });
});

it('asks for the archive of an execution, and names who started it', () => {
  expect(read(TRIGGERS.codePipeline, EXECUTION_SUCCEEDED)).toEqual({
    by: {
      id: expect.stringMatching(/^aws\.codepipeline:/),
      source: 'aws.codepipeline',
      actor: 'arn:aws:sts::123456789012:assumed-role/Admin/my-user',
    },
    object: { bucket: 'releases', key: 'shop/12345678-1234-5678-abcd-12345678abcd.tar' },
  });
});

it('gives what happened once one trigger id, and another happening another one', () => {
  const idOf = (event: object) => read(TRIGGERS.s3, event).by.id;
  const later = { ...S3_CREATED, id: 'another delivery', time: '2021-12-12T00:00:00Z' };
  expect(idOf(later)).toBe(idOf(S3_CREATED));
  const object = { ...S3_CREATED.detail.object, 'version-id': 'another' };
  expect(idOf({ ...S3_CREATED, detail: { ...S3_CREATED.detail, object } })).not.toBe(idOf(S3_CREATED));
});

it.each([
  [
    'another repository',
    TRIGGERS.ecr,
    { ...ECR_PUSH, detail: { ...ECR_PUSH.detail, 'repository-name': 'x' } },
    'repository',
  ],
  [
    'another tag',
    TRIGGERS.ecr,
    { ...ECR_PUSH, detail: { ...ECR_PUSH.detail, 'image-tag': 'main' } },
    'tag v* or stable',
  ],
  ['another bucket', { ...TRIGGERS.s3, bucket: 'elsewhere' }, S3_CREATED, 'bucket elsewhere'],
  ['another key', { ...TRIGGERS.s3, prefix: 'web/' }, S3_CREATED, 'a key that begins with web/'],
  ['another project', { ...TRIGGERS.codeBuild, project: 'other' }, BUILD_SUCCEEDED, 'build project other'],
  [
    'another CodePipeline',
    { ...TRIGGERS.codePipeline, name: 'other' },
    EXECUTION_SUCCEEDED,
    'CodePipeline other',
  ],
  ['another service', TRIGGERS.ecr, S3_CREATED, 'expected ecr, found an event of aws.s3'],
])('refuses an event of %s', (_, trigger, event, message) => {
  expect(() => read(trigger, event)).toThrow(message);
});

it('refuses a build whose source version is no commit where the key needs one', () => {
  const more = { ...BUILD_SUCCEEDED.detail['additional-information'], 'source-version': 'refs/heads/main' };
  const event = { ...BUILD_SUCCEEDED, detail: { ...BUILD_SUCCEEDED.detail, 'additional-information': more } };
  expect(() => read(TRIGGERS.codeBuild, event)).toThrow(
    'expected a value for {commit} in the key shop/{commit}.tar, found none that can stand in a key',
  );
});

it('gives each trigger the pattern of the events it waits for', () => {
  expect(eventPatternOf(TRIGGERS.ecr)).toEqual({
    source: ['aws.ecr'],
    'detail-type': ['ECR Image Action'],
    detail: {
      'action-type': ['PUSH'],
      result: ['SUCCESS'],
      'repository-name': ['my-repository-name'],
      'image-tag': [{ prefix: 'v' }, 'stable'],
    },
  });
  expect(eventPatternOf({ kind: 'ecr', repository: 'shop' }).detail).toMatchObject({
    'image-tag': [{ exists: true }],
  });
  expect(eventPatternOf(TRIGGERS.s3).detail).toEqual({
    bucket: { name: ['releases'] },
    object: { key: [{ prefix: 'shop/' }] },
  });
  expect(eventPatternOf({ kind: 's3', bucket: 'releases' }).detail).toEqual({
    bucket: { name: ['releases'] },
  });
  expect(eventPatternOf(TRIGGERS.codeBuild)).toEqual({
    source: ['aws.codebuild'],
    'detail-type': ['CodeBuild Build State Change'],
    detail: { 'build-status': ['SUCCEEDED'], 'project-name': ['my-sample-project'] },
  });
  expect(eventPatternOf(TRIGGERS.codePipeline)).toEqual({
    source: ['aws.codepipeline'],
    'detail-type': ['CodePipeline Pipeline Execution State Change'],
    detail: { state: ['SUCCEEDED'], pipeline: ['myPipeline'] },
  });
});
