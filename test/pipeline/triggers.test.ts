import { expect, it } from 'vitest';
import { pipelineDigest } from '../../lib/history/digests.ts';
import { readPipeline } from '../../lib/pipeline/read-pipeline.ts';

const STAGES = `stages:
  - kind: command
    name: unit
    question: Do the tests pass?
    run: npm test
`;

function read(triggers: string) {
  return readPipeline(`pipeline: shop\ntriggers:\n${triggers}${STAGES}`, 'nonevent.yaml');
}

it('reads every kind of trigger into the pipeline that runs', () => {
  const reading = read(`  - kind: ecr
    repository: team/shop
    tags: [v*, stable]
  - kind: s3
    bucket: releases
    prefix: shop/
  - kind: codeBuild
    project: shop-build
    bucket: releases
    key: shop/{commit}.tar
  - kind: codePipeline
    name: shop-ci
    bucket: releases
    key: shop/{execution}.tar
`);
  expect(reading.ok && reading.pipeline.triggers).toEqual([
    { kind: 'ecr', repository: 'team/shop', tags: ['v*', 'stable'] },
    { kind: 's3', bucket: 'releases', prefix: 'shop/' },
    { kind: 'codeBuild', project: 'shop-build', bucket: 'releases', key: 'shop/{commit}.tar' },
    { kind: 'codePipeline', name: 'shop-ci', bucket: 'releases', key: 'shop/{execution}.tar' },
  ]);
});

it('leaves the digest of a pipeline without triggers as it was', () => {
  const reading = readPipeline(`pipeline: shop\n${STAGES}`, 'nonevent.yaml');
  expect(reading.ok && 'triggers' in reading.pipeline).toBe(false);
  expect(reading.ok && pipelineDigest(reading.pipeline)).toMatch(/^sha256:/);
});

it.each([
  ['  - kind: ecr\n    repository: Team/Shop\n', 'expected the name of a repository'],
  ['  - kind: ecr\n    repository: shop\n    tags: ["v*1"]\n', 'expected a tag, or its beginning and *'],
  ['  - kind: s3\n    bucket: UPPER\n', 'expected the name of a bucket'],
  [
    '  - kind: codeBuild\n    project: shop\n    bucket: releases\n    key: shop.tar\n',
    'expected a key with {commit} or {build} in it',
  ],
  [
    '  - kind: codePipeline\n    name: ci\n    bucket: releases\n    key: "{commit}.tar"\n',
    'expected a key with {execution} in it',
  ],
  ['  - kind: sqs\n    queue: q\n', 'sqs'],
])('refuses %j', (written, message) => {
  const reading = read(written);
  expect(!reading.ok && JSON.stringify(reading)).toContain(message);
});
