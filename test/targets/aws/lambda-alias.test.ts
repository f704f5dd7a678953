import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { zip } from '../../../lib/targets/aws/packages/zip.ts';
import { type LambdaFake, lambdaFake } from '../../aws/lambda-fake.ts';
import { lambdaMetricsFake } from '../../aws/lambda-metrics-fake.ts';
import { targetContract } from '../target-contract.ts';
import { awsGround, patience, revision } from './aws-ground.ts';
import { usesItsPermissions } from './uses.ts';

const DEFINITION = { kind: 'lambdaAlias', function: 'shop-api', alias: 'live' };

async function open(changes: object = {}) {
  const lambda = lambdaFake('shop-api');
  const metrics = lambdaMetricsFake('shop-api:live');
  const ground = await awsGround({ ...DEFINITION, ...changes }, [lambda, metrics], () =>
    Date.parse('2026-11-23T08:00:00Z'),
  );
  const first = revision(1, await ground.pack({ 'index.mjs': 'export const handler = () => 1;' }));
  const second = revision(2, await ground.pack({ 'index.mjs': 'export const handler = () => 2;' }));
  const same = { ...revision(3, first.artifact) };
  return { ...ground, lambda, metrics, first, second, same };
}

/** A version that somebody else has published, and an alias that leads to it. */
function found(lambda: LambdaFake, version: string, alias = 'live') {
  const latest = lambda.versions.get('$LATEST');
  if (latest === undefined) throw new Error('no function');
  lambda.versions.set(version, { ...latest, Version: version, Description: 'by hand' });
  lambda.aliases.set(alias, {
    Name: alias,
    FunctionVersion: version,
    RevisionId: `found-${version}`,
    RoutingConfig: { AdditionalVersionWeights: {} },
  });
}

describe('the contract of a target, on a Lambda alias', () => {
  targetContract(async () => {
    const { target, first, second } = await open();
    return { target, revisions: [first, second], canSplit: true };
  });
});

describe('placing', () => {
  it('publishes the code of the artifact under a label that says what it is', async () => {
    const { target, first, lambda } = await open();
    const placed = await target.place(first, patience());
    const version = lambda.versions.get('1');
    expect(placed).toEqual({
      id: 'version 1 of shop-api',
      facts: { version: '1', codeSha256: version?.CodeSha256 },
    });
    expect(version?.Description).toBe(
      `nonevent production 1.0.0-aaaaaaaa aaaaaaaaaaaaaaaaaaaa ${first.artifact}`,
    );
    const bytes = lambda.packages.get(version?.CodeSha256 ?? '') ?? Buffer.alloc(0);
    expect(unzipped(bytes)).toEqual({ 'index.mjs': 'export const handler = () => 1;' });
  });

  it('publishes a version of its own where the code has not changed', async () => {
    const { target, first, same, lambda } = await open();
    await target.place(first, patience());
    await target.place(same, patience());
    expect((await target.state()).revisions.map((known) => known.revision)).toEqual([
      '1.0.0-aaaaaaaa',
      '3.0.0-aaaaaaaa',
    ]);
    expect(lambda.versions.get('2')?.CodeSha256).toBe(lambda.versions.get('1')?.CodeSha256);
  });

  it('gives an image by its digest', async () => {
    const { aws, target, lambda, first } = await open({
      repository: '1.dkr.ecr.eu-west-1.amazonaws.com/shop',
    });
    await target.place(first, patience());
    expect(lambda.versions.get('1')?.CodeSha256).toBe(first.artifact.slice('sha256:'.length));
    expect(aws.calls).toContain('lambda PUT /2015-03-31/functions/shop-api/code');
  });

  it('uploads the package where the target names a bucket', async () => {
    const lambda = lambdaFake('shop-api');
    const objects: string[] = [];
    const s3 = {
      service: 's3',
      answer: ({ method, path }: { method: string; path: string }) => {
        objects.push(`${method} ${path}`);
        return { headers: { etag: '"1"' } };
      },
    };
    const { target, pack } = await awsGround({ ...DEFINITION, bucket: 'packages' }, [lambda, s3]);
    await target.place(revision(1, await pack({ 'index.mjs': 'one' })), patience());
    const hex = Buffer.from(lambda.versions.get('1')?.CodeSha256 ?? '', 'base64').toString('hex');
    expect(objects).toEqual([`PUT /packages/nonevent/${hex}.zip`]);
  });

  it.each([
    'lambda PUT /2015-03-31/functions/shop-api/code',
    'lambda POST /2015-03-31/functions/shop-api/versions',
  ])('goes on where it was when it was ended at %s', async (point) => {
    const { aws, target, first, lambda } = await open();
    const end = new AbortController();
    aws.onCall = (call) => {
      if (call === point) end.abort();
    };
    lambda.updatesTake = 3;
    await target.place(first, end.signal).catch(() => undefined);
    lambda.updatesTake = 1;
    await target.place(first, patience());
    expect([...lambda.versions.keys()]).toEqual(['$LATEST', '1']);
  });

  it('says what Lambda says of code that it refuses', async () => {
    const { target, first, lambda } = await open();
    lambda.failNext = 'the image is not for this architecture';
    await expect(target.place(first, patience())).rejects.toMatchObject({
      code: 'TargetFailed',
      message: 'Lambda refused the code of shop-api: the image is not for this architecture',
    });
    await target.place(first, patience());
    expect((await target.state()).revisions).toHaveLength(1);
  });

  it('publishes nothing where somebody else changes the code at the same time', async () => {
    const { aws, target, first, lambda } = await open();
    aws.onCall = (call) => {
      const latest = lambda.versions.get('$LATEST');
      if (!call.includes('POST') || latest === undefined) return;
      lambda.versions.set('$LATEST', { ...latest, CodeSha256: 'theirs', RevisionId: 'theirs' });
    };
    await expect(target.place(first, patience())).rejects.toMatchObject({
      code: 'TargetFailed',
      fields: { error: 'PreconditionFailedException' },
    });
    expect([...lambda.versions.keys()]).toEqual(['$LATEST']);
  });

  it('does not upload code while the alias leads to $LATEST, which users would get at once', async () => {
    const { aws, target, first, lambda } = await open();
    found(lambda, '$LATEST');
    await expect(target.place(first, patience())).rejects.toMatchObject({
      code: 'Conflict',
      message: 'the alias live of shop-api leads to $LATEST, expected a published version',
    });
    expect(aws.calls.filter((call) => /PUT|POST/.test(call))).toEqual([]);
  });

  it('waits out a throttled service', async () => {
    const { aws, target, first } = await open();
    aws.faults.push(['lambda PUT /2015-03-31/functions/shop-api/code', 429, 'TooManyRequestsException']);
    await target.place(first, patience());
    expect((await target.state()).revisions).toHaveLength(1);
  });

  it('says which permission is missing', async () => {
    const { aws, target, first } = await open();
    aws.faults.push(['lambda PUT /2015-03-31/functions/shop-api/code', 403, 'AccessDeniedException']);
    await expect(target.place(first, patience())).rejects.toMatchObject({
      code: 'TargetFailed',
      hint: 'grant the role what docs/targets.md lists for this kind of target',
    });
  });

  it('gives up when the time of the stage is over', async () => {
    const { target, first, lambda } = await open();
    lambda.updatesTake = 1e9;
    await expect(target.place(first, AbortSignal.timeout(50))).rejects.toMatchObject({
      code: 'TargetFailed',
      message: 'the update of shop-api is not there yet',
    });
  });
});

describe('the alias', () => {
  it('is made by the first deployment, and deleted when that is taken back', async () => {
    const { target, first, lambda } = await open();
    await target.place(first, patience());
    expect((await target.state()).weights).toEqual({});
    await target.route({ [first.revision]: 100 });
    expect(lambda.aliases.get('live')?.FunctionVersion).toBe('1');
    await target.route({});
    await target.route({});
    expect(lambda.aliases.size).toBe(0);
  });

  it('goes back to a version that somebody else has published', async () => {
    const { target, first, lambda } = await open();
    found(lambda, '7');
    await target.place(first, patience());
    expect((await target.state()).weights).toEqual({ 'version-7': 100 });
    await target.route({ 'version-7': 90, [first.revision]: 10 });
    expect(lambda.aliases.get('live')?.RoutingConfig.AdditionalVersionWeights).toEqual({ 1: 0.1 });
    await target.route({ [first.revision]: 100 });
    await target.route({ 'version-7': 100 });
    expect((await target.state()).weights).toEqual({ 'version-7': 100 });
  });

  it('refuses a third version', async () => {
    const { target, first, second, same } = await open();
    for (const each of [first, second, same]) await target.place(each, patience());
    const weights = { [first.revision]: 50, [second.revision]: 25, [same.revision]: 25 };
    await expect(target.route(weights)).rejects.toMatchObject({
      code: 'Conflict',
      message: `the alias live of shop-api can split its traffic between two versions, asked for ${JSON.stringify(weights)}`,
    });
  });

  it('is not changed where somebody else has changed it since it was read', async () => {
    const { aws, target, first, lambda } = await open();
    found(lambda, '7');
    await target.place(first, patience());
    aws.onCall = (call) => {
      if (call.includes('PUT')) found(lambda, '8');
    };
    await expect(target.route({ [first.revision]: 100 })).rejects.toMatchObject({
      code: 'TargetFailed',
      message: 'somebody else changed the alias live of shop-api at the same time',
    });
    expect(lambda.aliases.get('live')?.FunctionVersion).toBe('8');
  });
});

describe('removing', () => {
  it('keeps a version that another alias leads to, and says so before', async () => {
    const { target, first, lambda } = await open();
    await target.place(first, patience());
    const version = lambda.versions.get('1');
    if (version === undefined) throw new Error('not published');
    lambda.aliases.set('beta', {
      Name: 'beta',
      FunctionVersion: '1',
      RevisionId: 'b',
      RoutingConfig: { AdditionalVersionWeights: {} },
    });
    expect((await target.state()).revisions[0]?.held).toBe('the alias beta leads to it');
    await expect(target.remove(first.revision)).rejects.toMatchObject({ code: 'Conflict' });
  });

  it('never touches a version of another environment of the same function', async () => {
    const { open: openAnother, target, first, lambda } = await open();
    const staging = await openAnother({ ...DEFINITION, alias: 'staging' }, 'staging');
    await staging.place(first, patience());
    expect((await target.state()).revisions).toEqual([]);
    await target.remove(first.revision);
    expect([...lambda.versions.keys()]).toEqual(['$LATEST', '1']);
  });
});

describe('counting', () => {
  it('gives what CloudWatch counted for each version, and how far that is complete', async () => {
    const { target, first, lambda, metrics } = await open();
    found(lambda, '7');
    await target.place(first, patience());
    metrics.counts.set('1', { invocations: 200, errors: 3 });
    const { epoch, since, until, revisions } = await target.counters();
    expect({ epoch, since, until }).toEqual({
      epoch: 'cloudwatch-2026-11-19',
      since: Date.parse('2026-11-19T00:00:00Z'),
      until: Date.parse('2026-11-23T07:58:00Z'),
    });
    expect(revisions[first.revision]).toMatchObject({ requests: 200, status: { '2xx': 197, '5xx': 3 } });
    expect(revisions['version-7']).toMatchObject({ requests: 0, status: { '2xx': 0, '5xx': 0 } });
    expect(revisions[first.revision]?.latency.every((answers) => answers === 0)).toBe(true);
  });
});

it('says what the versions run on', async () => {
  const { targets } = await open();
  expect(
    await targets.runtime({ target: { kind: 'lambdaAlias', function: 'shop-api', alias: 'live' } }),
  ).toEqual({
    runtime: 'nodejs24.x',
    architecture: 'arm64',
    memoryMb: 512,
    timeoutSeconds: 10,
  });
});

it('names a function that is not there', async () => {
  const { open: openAnother } = await open();
  const other = await openAnother({ ...DEFINITION, function: 'missing' });
  await expect(other.state()).rejects.toMatchObject({
    code: 'TargetFailed',
    message: 'reading missing:live failed: ResourceNotFoundException: Function not found: missing',
  });
});

it('writes archives that other programs read, whatever is in them', () => {
  const bytes = zip([
    { path: 'empty', content: Buffer.alloc(0), type: 'file' },
    { path: 'bin/start', content: Buffer.from('#!/bin/sh\n'), type: 'executable' },
    { path: 'größe.txt', content: Buffer.from('x'.repeat(100_000)), type: 'file' },
    { path: 'link', content: Buffer.from('bin/start'), type: 'symlink' },
  ]);
  expect(unzipped(bytes)).toEqual({
    empty: '',
    'bin/start': '#!/bin/sh\n',
    'größe.txt': 'x'.repeat(100_000),
    link: 'bin/start',
  });
});

/** Read by Python, which is no code of ours. */
function unzipped(bytes: Buffer): Readonly<Record<string, string>> {
  const folder = mkdtempSync(join(tmpdir(), 'nonevent-zip-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'package.zip');
  writeFileSync(file, bytes);
  const script =
    'import json,sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; print(json.dumps({n: z.read(n).decode() for n in z.namelist()}))';
  return JSON.parse(execFileSync('python3', ['-c', script, file], { encoding: 'utf8' })) as Record<
    string,
    string
  >;
}

usesItsPermissions('lambdaAlias');
