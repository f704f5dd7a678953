import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { DescribeExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createArtifactStore, fileOf } from '../../lib/artifacts/artifact-store.ts';
import { artifactKey } from '../../lib/artifacts/s3-artifacts.ts';
import { environmentStream, foldEnvironment } from '../../lib/environments/environment.ts';
import { acquireLease } from '../../lib/environments/lease.ts';
import type { DeploymentId } from '../../lib/history/deployment-id.ts';
import { FUNCTION_NAMES } from '../../lib/infra/function-catalogue.ts';
import type { Deployment } from '../../lib/lifecycle/deployment.ts';
import { replay } from '../../lib/lifecycle/replay.ts';
import type { Digest } from '../../lib/pipeline/release.ts';
import { rerunId, rerunRequest } from '../../lib/stages/drive/request-rerun.ts';
import { rollbackId, rollbackRequest } from '../../lib/stages/drive/request-rollback.ts';
import { type FakeAppConfig, fakeAppConfig } from '../aws/appconfig.ts';
import { json } from '../aws/aws-fake.ts';
import { cloudFormationFake } from '../aws/cloud-formation-fake.ts';
import { type FakeBuild, type FakeCodeBuild, fakeCodeBuild } from '../aws/code-build.ts';
import { ecsFake } from '../aws/ecs-fake.ts';
import { fakeKms } from '../aws/kms.ts';
import { lambdaFake } from '../aws/lambda-fake.ts';
import { lambdaMetricsFake } from '../aws/lambda-metrics-fake.ts';
import { unusedOf } from '../aws/policy.ts';
import { type FakeS3, fakeS3 } from '../aws/s3.ts';
import { type InstalledSystem, startInstalled } from '../infra/installed-system.ts';
import { pipelineOf } from '../infra/synthesized.ts';
import { withoutReason } from '../infra/unseen.ts';
import { type Request, withTrigger } from './deploying.ts';
import { PATIENCE } from './ground.ts';

/** A target of each kind, a check of each kind that AWS does, a flag and a trigger. */
const SHOP = `
pipeline: shop
apis: {}
triggers: [{ kind: s3, bucket: releases, prefix: shop/ }]
environments:
  containers:
    target: { kind: ecsService, cluster: shop, service: web, container: web, repository: 000000000000.dkr.ecr.us-east-1.amazonaws.com/web }
  stack:
    target: { kind: cloudFormation, stack: shop, template: template.json, executionRole: arn:aws:iam::000000000000:role/changes-shop }
  functions:
    target: { kind: lambdaAlias, function: shop-api, alias: live, bucket: packages }
stages:
  - { kind: function, name: latency, environment: functions, question: Is it fast?, function: probe, criteria: { latencyMs: { max: 300 } } }
  - { kind: command, name: unit, question: Do the tests pass?, run: npm test, project: shop-tests }
  - { kind: place, name: containers, environment: containers }
  - { kind: shift, name: containers-shift, environment: containers, percent: 100 }
  - { kind: place, name: stack, environment: stack }
  - { kind: shift, name: stack-shift, environment: stack, percent: 100 }
  - { kind: flag, name: switch-on, environment: functions, flag: checkout, value: true }
  - kind: canary
    name: rollout
    environment: functions
    steps: [10, 100]
    analysis: { for: 1m, interval: 30s, minRequests: 20, errorRate: { max: 5% }, alarms: [shop-errors] }
`;

const closers: (() => Promise<void>)[] = [];
const atEnd = (close: () => Promise<void>): void => void closers.unshift(close);
const pipeline = pipelineOf(SHOP);
const lambda = lambdaFake('shop-api');
const metrics = lambdaMetricsFake('shop-api:live');
const ecs = ecsFake('000000000000');
const stack = cloudFormationFake();
// What is looked at has come to its end: the functions look again after two seconds.
lambda.updatesTake = 0;
ecs.rolloutsTake = 0;
stack.operationsTake = 0;
let codeBuild: FakeCodeBuild;
let flags: FakeAppConfig;
let s3: FakeS3;
let installed: InstalledSystem;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nonevent-bundles-e2e-'));
  atEnd(() => rm(folder, { recursive: true, force: true }));
  codeBuild = await fakeCodeBuild({ projects: ['shop-tests'], bucket: join(folder, 'bucket'), atEnd });
  s3 = await fakeS3({ buckets: ['artifacts', 'seals', 'releases', 'packages'], locked: ['seals'], atEnd });
  const kms = await fakeKms(atEnd);
  flags = await fakeAppConfig(atEnd);
  flags.rules.looks = 0;
  installed = await startInstalled({
    pipelines: [pipeline],
    atEnd,
    stands: [
      { service: 's3', at: s3.client },
      { service: 'kms', at: kms.client },
      { service: 'appconfig', at: flags.client },
      { service: 'codebuild', at: codeBuild.client },
      { service: 'logs', at: codeBuild.logs },
      { service: 'lambda', answer: askedOfLambda },
      { service: 'monitoring', answer: askedOfCloudWatch },
      ecs,
      stack,
    ],
  });
}, 240_000);
afterAll(async () => {
  for (const close of closers) await close();
});

/** The function `probe` that a check asks, and the one that is deployed. */
function askedOfLambda(request: Parameters<typeof lambda.answer>[0]) {
  return request.path.endsWith('/functions/probe/invocations')
    ? json({ latencyMs: 20 })
    : lambda.answer(request);
}

let errorsOf100 = 0;

/** Users come to whatever the alias leads to, and some of their requests fail. */
function askedOfCloudWatch(request: Parameters<typeof metrics.answer>[0]) {
  if (String(request.headers['x-amz-target']).endsWith('.DescribeAlarms'))
    return json({
      MetricAlarms: [{ AlarmName: 'shop-errors', StateValue: 'OK', StateTransitionedTimestamp: 1 }],
      CompositeAlarms: [],
    });
  const { FunctionVersion = '', RoutingConfig } = lambda.aliases.get('live') ?? {};
  for (const version of [FunctionVersion, ...Object.keys(RoutingConfig?.AdditionalVersionWeights ?? {})]) {
    const { invocations = 0, errors = 0 } = metrics.counts.get(version) ?? {};
    const isNew = version === String(lambda.versions.size - 1);
    metrics.counts.set(version, {
      invocations: invocations + 100,
      errors: errors + (isNew ? errorsOf100 : 0),
    });
  }
  return metrics.answer(request);
}

/** An archive as `nonevent deploy` makes it. */
async function packed(version: string): Promise<{ readonly artifact: Digest; readonly body: Buffer }> {
  const source = join(folder, version);
  await mkdir(source);
  await writeFile(join(source, 'index.mjs'), `export const handler = () => '${version}';\n`);
  const Api = { Type: 'AWS::Lambda::Function', Properties: { Description: version } };
  await writeFile(join(source, 'template.json'), JSON.stringify({ Resources: { Api } }));
  const artifact = await createArtifactStore(join(folder, 'packed')).pack(source, 'nothing');
  return {
    artifact,
    body: await readFile(fileOf(join(folder, 'packed'), artifact)),
  };
}

/** The build of a stage ends well, and CodeBuild says so. */
async function buildSucceeds(before: readonly FakeBuild[] = []): Promise<void> {
  const build = await codeBuild.startedFor('unit', ...before);
  build.log = '12 tests passed\n';
  const report = 'arn:aws:codebuild:us-east-1:000000000000:report/shop-tests-unit:1';
  build.reportArns = [report];
  codeBuild.reports.set(report, { SUCCEEDED: 12 });
  codeBuild.end(build, 'SUCCEEDED');
  await installed.happens('aws.codebuild', 'CodeBuild Build State Change', codeBuild.event(build));
}

const deploymentNow = async (id: DeploymentId): Promise<Deployment> =>
  replay((await installed.store.load(`deployment#${id}`)).commits);

function ended(id: DeploymentId): Promise<Deployment> {
  return vi.waitFor(async () => {
    const deployment = await deploymentNow(id);
    if (deployment.view.outcome === undefined) throw new Error(`it is at ${deployment.state.join(', ')}`);
    return deployment;
  }, PATIENCE);
}

describe('the bundles of an installed system', () => {
  it('deploy what a trigger brings', async () => {
    const { body } = await packed('1.0.0');
    s3.objects.set('releases/shop/1.0.0.tar', {
      body,
      headers: {
        'x-amz-checksum-sha256': createHash('sha256').update(body).digest('base64'),
        'x-amz-checksum-type': 'FULL_OBJECT',
      },
    });
    const [opened] = await installed.happens('aws.s3', 'Object Created', {
      bucket: { name: 'releases' },
      object: {
        key: 'shop/1.0.0.tar',
        size: body.length,
        etag: createHash('md5').update(body).digest('hex'),
        'version-id': 'v1',
        sequencer: '1',
      },
      requester: '000000000000',
    });
    const { deployment } = opened as { deployment: DeploymentId };
    await buildSucceeds();
    const { view } = await ended(deployment);
    expect([view.outcome, view.failure]).toEqual(['succeeded', undefined]);
    expect(view.release.version).toBe('1.0.0');
    expect(lambda.aliases.get('live')?.FunctionVersion).toBe('1');
    expect(view.stages.find(({ name }) => name === 'unit')?.judgement?.observed).toContain('12');
  });

  it('switch a flag', async () => {
    await installed.ask('Flag Requested', {
      environment: 'functions',
      flag: 'checkout',
      value: false,
      actor: 'tester',
      request: 'once',
    });
    await vi.waitFor(() => expect(flagsSent()).toContain('false'), PATIENCE);
  });

  it('take a bad release back, from all that it had changed', async () => {
    errorsOf100 = 30;
    bad = await askedFor('2.0.0');
    const before = known();
    // Delivered twice at once: one deployment, one execution, one build.
    await Promise.all([
      installed.ask('Deployment Requested', bad),
      installed.host.invoke('request', { detail: bad }),
    ]);
    await buildSucceeds(before);
    const { view } = await ended(bad.deployment);
    expect(known().length).toBe(before.length + 1);
    expect(view).toMatchObject({
      outcome: 'rolledBack',
      failure: {
        stage: 'rollout-10-analysis',
        mode: 'rejected',
        expected: 'error rate <= 5 % and alarm shop-errors not red',
      },
    });
    expect(lambda.aliases.get('live')).toMatchObject({
      FunctionVersion: '1',
      RoutingConfig: { AdditionalVersionWeights: {} },
    });
    expect(flagsSent()).toContain('false');
    expect(stack.stacks.get('shop')?.template).toContain('1.0.0');
    expect(ecs.rollouts[0]?.taskDefinition).toMatch(/web:2$/);
    errorsOf100 = 0;
  });

  it('go on where an execution was aborted, end what is stopped, and run it again', async () => {
    const asked = await askedFor('3.0.0');
    const before = known();
    await installed.ask('Deployment Requested', asked);
    await codeBuild.startedFor('unit', ...before);
    const executionArn = `arn:aws:states:us-east-1:000000000000:execution:Nonevent-shop:${asked.deployment}`;
    await installed.system.clients.states.send(new StopExecutionCommand({ executionArn }));
    await vi.waitFor(async () => {
      const again = new DescribeExecutionCommand({ executionArn: `${executionArn}-1` });
      expect((await installed.system.clients.states.send(again)).status).toBe('RUNNING');
    }, PATIENCE);
    await installed.ask('Stop Requested', { deployment: asked.deployment, actor: 'tester' });
    await vi.waitFor(async () => {
      expect((await deploymentNow(asked.deployment)).view.stop).toBeDefined();
    }, PATIENCE);
    await installed.strikes('LookAfterBuilds');
    const { view } = await ended(asked.deployment);
    expect(view).toMatchObject({ outcome: 'failed', failure: { stage: 'unit', mode: 'stopped' } });

    const stopped = known();
    const wanted = { of: asked.deployment, actor: 'tester', source: 'event', reason: 'none given' };
    await installed.ask('Rerun Requested', wanted);
    await buildSucceeds(stopped);
    const again = await ended(rerunId(await deploymentNow(asked.deployment), rerunRequest.parse(wanted)));
    expect(again.view.outcome).toBe('succeeded');
    rerun = again.view.deployment;
  });

  it('roll back what has succeeded', async () => {
    const wanted = rollbackRequest.parse({ of: rerun, actor: 'tester' });
    await installed.ask('Rollback Requested', wanted);
    const { view } = await ended(rollbackId(await deploymentNow(rerun), wanted));
    expect([view.outcome, view.failure]).toEqual(['rolledBack', undefined]);
    expect(lambda.aliases.get('live')?.FunctionVersion).toBe('1');
  });

  it('free a lease, and seal what was written', async () => {
    await acquireLease(installed.store, 'spare', { deployment: rerun, pipeline: 'shop' });
    const leased = foldEnvironment((await installed.store.load(environmentStream('spare'))).commits);
    await installed.ask('Unlock Requested', {
      environment: 'spare',
      deployment: rerun,
      fence: leased.fence,
      actor: 'tester',
      reason: 'it has ended',
    });
    await vi.waitFor(async () => {
      const { commits } = await installed.store.load(environmentStream('spare'));
      expect(foldEnvironment(commits).lease).toBeUndefined();
    }, PATIENCE);
    expect(await installed.strikes('Hourly')).toMatchObject({ seal: 1, findings: 0 });
    expect(await installed.strikes('Regularly')).toMatchObject({ drivenOn: [] });
  });

  it('do nothing for what comes again a month later: neither for a request nor for a build', async () => {
    const before = await installed.store.load(`deployment#${bad.deployment}`);
    const builds = known();
    installed.host.passTime(30 * 24 * 60 * 60 * 1000);
    await installed.host.invoke('request', { detail: bad });
    for (const build of builds)
      await installed.happens('aws.codebuild', 'CodeBuild Build State Change', codeBuild.event(build));
    const after = await installed.store.load(`deployment#${bad.deployment}`);
    expect(after.commits.length).toBe(before.commits.length);
    expect(known().length).toBe(builds.length);
  });

  it('keep what they cannot handle with its reason, while its neighbours proceed', async () => {
    await installed.ask('Deployment Requested', { pipeline: 'unheard-of' });
    await installed.ask('Stop Requested', { deployment: 'f'.repeat(20), actor: 'tester' });
    await installed.ask('Flag Requested', {
      environment: 'functions',
      flag: 'banner',
      value: true,
      actor: 'tester',
      request: 'beside',
    });
    await vi.waitFor(() => expect(flagsSent()).toContain('banner'), PATIENCE);
    await vi.waitFor(() => expect(installed.system.deadLetters().length).toBe(2), PATIENCE);
    const reasons = installed.system.deadLetters().map(({ reason }) => reason);
    expect(reasons.some((reason) => reason.includes('pipeline'))).toBe(true);
    expect(reasons.some((reason) => reason.includes('ffffffff'))).toBe(true);
  });

  it('tell of what they may not do, and leave nothing half done', async () => {
    const asked = await askedFor('5.0.0');
    const before = known();
    installed.account.faults.push(
      ...Array.from({ length: 20 }, () => ['stage', 'ecs:RegisterTaskDefinition', 'AccessDenied'] as const),
    );
    await installed.ask('Deployment Requested', asked);
    await buildSucceeds(before);
    const { view } = await ended(asked.deployment);
    installed.account.faults.length = 0;
    expect(view).toMatchObject({ outcome: 'rolledBack', failure: { stage: 'containers', mode: 'errored' } });
    expect(view.failure?.observed).toContain('AccessDenied');
    const lease = foldEnvironment(
      (await installed.store.load(environmentStream('containers'))).commits,
    ).lease;
    expect(lease).toBeUndefined();
  });

  it('tell every event of the histories to the bus', async () => {
    const records = await streamRecords();
    const batches = Math.ceil(records.length / 100);
    for (let batch = 0; batch < batches; batch += 1) {
      const Records = records.slice(batch * 100, (batch + 1) * 100);
      expect(await installed.system.invoke('publish', { Records })).toEqual({ batchItemFailures: [] });
    }
    const written = records.reduce((sum, { events }) => sum + events, 0);
    await vi.waitFor(() => expect(installed.heard.length).toBe(written), PATIENCE);
    const told = installed.heard.map(({ detail }) => `${detail.stream} ${detail.seq} ${detail.index}`);
    expect(new Set(told).size).toBe(written);
    const types = new Set(installed.heard.map((event) => event['detail-type']));
    expect([...types]).toEqual(expect.arrayContaining(['DeploymentSucceeded', 'DeploymentRolledBack']));
  });

  it('ask for nothing that their role does not allow', () => {
    const denied = installed.account.calls.flatMap(({ by, action, denied: on }) =>
      on.map((resource) => `${by} may not ${action} on ${resource}`),
    );
    expect([...new Set(denied)]).toEqual([]);
    expect(new Set(installed.account.calls.map(({ by }) => by))).toEqual(new Set(HERE));
  });

  it('are allowed nothing that they never ask for, without a reason', () => {
    const roles = Object.entries(installed.installed.roles);
    const idle = roles
      .filter(([role]) => [...HERE, 'pipeline shop'].includes(role))
      .flatMap(([role, allowances]) =>
        withoutReason(
          role,
          unusedOf(
            allowances,
            installed.account.calls.filter(({ by }) => by === role),
          ),
        ),
      );
    expect(idle).toEqual([]);
  });
});

/** The functions that run here: all but those of the distributed audit, which test/audit/distributed runs. */
const HERE = FUNCTION_NAMES.filter(
  (name) => !['export-file', 'fold-seals', 'verify-bucket', 'conclude-verification'].includes(name),
) as readonly string[];

let bad: Request;
let rerun: DeploymentId;

/** What services of the environment are given to read, newest last. */
const flagsSent = () => String(flags.versions[Number(flags.deployments.at(-1)?.version) - 1]?.content);

const known = () => [...codeBuild.builds.values()];

async function askedFor(version: string) {
  const { artifact, body } = await packed(version);
  s3.objects.set(`artifacts/${artifactKey(artifact)}`, { body, headers: {} });
  return withTrigger({ pipeline, release: { version, artifact } }, version);
}

/** What Lambda reads from the table's stream: each new item with the number of events in it, in the order of each history. */
async function streamRecords() {
  const { Items = [] } = await installed.system.clients.dynamodb.send(
    new ScanCommand({ TableName: installed.system.connection.table, ConsistentRead: true }),
  );
  return Items.map((NewImage, index) => ({
    eventName: 'INSERT',
    dynamodb: { SequenceNumber: String(index), NewImage },
    events: (JSON.parse(NewImage.body?.S ?? '[]') as unknown[]).length,
  }));
}
