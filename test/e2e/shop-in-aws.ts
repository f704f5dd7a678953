import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { vi } from 'vitest';
import { createArtifactStore, fileOf } from '../../lib/artifacts/artifact-store.ts';
import { artifactKey } from '../../lib/artifacts/s3-artifacts.ts';
import type { DeploymentId } from '../../lib/history/deployment-id.ts';
import type { Deployment } from '../../lib/lifecycle/deployment.ts';
import { replay } from '../../lib/lifecycle/replay.ts';
import type { Digest } from '../../lib/pipeline/release.ts';
import { fakeAppConfig } from '../aws/appconfig.ts';
import { json } from '../aws/aws-fake.ts';
import { cloudFormationFake } from '../aws/cloud-formation-fake.ts';
import { type FakeBuild, fakeCodeBuild } from '../aws/code-build.ts';
import { ecsFake } from '../aws/ecs-fake.ts';
import { fakeKms } from '../aws/kms.ts';
import { lambdaFake } from '../aws/lambda-fake.ts';
import { lambdaMetricsFake } from '../aws/lambda-metrics-fake.ts';
import { fakeS3 } from '../aws/s3.ts';
import { startInstalled } from '../infra/installed-system.ts';
import { pipelineOf } from '../infra/synthesized.ts';
import { withTrigger } from './deploying.ts';
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

export type ShopInAws = Awaited<ReturnType<typeof startShopInAws>>;

/** The installed system, the services of the account it works with, and a pipeline that uses all of them. */
export async function startShopInAws(atEnd: (close: () => Promise<void>) => void) {
  const pipeline = pipelineOf(SHOP);
  const lambda = lambdaFake('shop-api');
  const metrics = lambdaMetricsFake('shop-api:live');
  const ecs = ecsFake('000000000000');
  const stack = cloudFormationFake();
  // What is looked at has come to its end: the functions look again after two seconds.
  lambda.updatesTake = 0;
  ecs.rolloutsTake = 0;
  stack.operationsTake = 0;
  /** How many of 100 requests to a new release fail. */
  const users = { errorsOf100: 0 };
  const folder = await mkdtemp(join(tmpdir(), 'nonevent-bundles-e2e-'));
  atEnd(() => rm(folder, { recursive: true, force: true }));
  const codeBuild = await fakeCodeBuild({ projects: ['shop-tests'], bucket: join(folder, 'bucket'), atEnd });
  const s3 = await fakeS3({
    buckets: ['artifacts', 'seals', 'releases', 'packages'],
    locked: ['seals'],
    atEnd,
  });
  const kms = await fakeKms(atEnd);
  const flags = await fakeAppConfig(atEnd);
  flags.rules.looks = 0;
  const installed = await startInstalled({
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

  /** The function `probe` that a check asks, and the one that is deployed. */
  function askedOfLambda(request: Parameters<typeof lambda.answer>[0]) {
    return request.path.endsWith('/functions/probe/invocations')
      ? json({ latencyMs: 20 })
      : lambda.answer(request);
  }

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
        errors: errors + (isNew ? users.errorsOf100 : 0),
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

  return {
    pipeline,
    installed,
    lambda,
    ecs,
    stack,
    s3,
    codeBuild,
    users,
    packed,
    askedFor,
    buildSucceeds,
    deploymentNow,
    ended,
    known,
    flagsSent,
    streamRecords,
  };
}
