import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createArtifactStore } from '../../lib/artifacts/artifact-store.ts';
import { openSystem } from '../../lib/cli/system.ts';
import { replay } from '../../lib/lifecycle/replay.ts';
import { startNonevent } from '../../lib/local/nonevent-system.ts';
import { readPipeline } from '../../lib/pipeline/read-pipeline.ts';
import { rollbackId, rollbackRequest } from '../../lib/stages/drive/request-rollback.ts';
import { createAwsTargets } from '../../lib/targets/aws/aws-targets.ts';
import { fakeAws } from '../aws/aws-fake.ts';
import { lambdaFake } from '../aws/lambda-fake.ts';
import { lambdaMetricsFake } from '../aws/lambda-metrics-fake.ts';
import { ended, environmentNow, request, withTrigger } from './deploying.ts';

const PIPELINE = `pipeline: shop
environments:
  production: { target: { kind: lambdaAlias, function: shop-api, alias: live } }
stages:
  - { name: syntax, kind: command, question: Does it parse?, run: node --check index.mjs, expect: 1s }
  - name: rollout
    kind: canary
    steps: [10, 100]
    analysis: { for: 100ms, interval: 1s, minRequests: 20, errorRate: { max: 5% } }
`;

it('deploys a good release to Lambda, and takes a bad one back by what CloudWatch counts', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'nonevent-lambda-'));
  const lambda = lambdaFake('shop-api');
  const metrics = lambdaMetricsFake('shop-api:live');
  const aws = await fakeAws(lambda, metrics);
  const data = join(folder, '.nonevent');
  const system = await startNonevent({
    folder: data,
    timeScale: 0.01,
    awsTargets: (artifacts) =>
      createAwsTargets({
        artifacts,
        configuration: aws.configuration,
        temporary: join(folder, 'temporary'),
        pauseMs: 1,
        // Figures count as complete after two minutes; those of the fake are there at once.
        now: () => Date.now() + 120_000,
      }),
  });
  onTestFinished(async () => {
    await system.stopAll();
    await rm(folder, { recursive: true, force: true });
  });
  const cli = await openSystem({ folder, environment: {}, flags: { data } });
  onTestFinished(() => cli.close());
  const reading = readPipeline(PIPELINE, 'nonevent.yaml');
  if (!reading.ok) throw new Error(JSON.stringify(reading.findings));
  const { pipeline } = reading;

  /** Users come as soon as a version has traffic, and some of their requests fail. */
  const serve = (version: string, errorsOf100: number): void => {
    aws.onCall = (call) => {
      const { FunctionVersion, RoutingConfig } = lambda.aliases.get('live') ?? {};
      const isServed =
        FunctionVersion === version || Object.hasOwn(RoutingConfig?.AdditionalVersionWeights ?? {}, version);
      if (!call.endsWith('GetMetricData') || !isServed) return;
      const { invocations = 0, errors = 0 } = metrics.counts.get(version) ?? {};
      metrics.counts.set(version, { invocations: invocations + 100, errors: errors + errorsOf100 });
    };
  };
  const deploy = async (version: string) => {
    const source = join(folder, version);
    await mkdir(source);
    await writeFile(join(source, 'index.mjs'), `export const handler = () => '${version}';\n`);
    const artifact = await createArtifactStore(join(data, 'artifacts')).pack(source, 'nothing');
    const asked = withTrigger({ pipeline, release: { version, artifact } }, version);
    await request(cli, asked);
    return (await ended(cli, asked.deployment)).view;
  };

  serve('1', 0);
  const good = await deploy('1.0.0');
  expect(good.outcome).toBe('succeeded');
  const placed = good.stages.find(({ name }) => name === 'rollout-place');
  expect(placed?.judgement?.observed).toBe(`1.0.0-${good.deployment.slice(0, 8)} is version 1 of shop-api`);

  serve('2', 30);
  const bad = await deploy('2.0.0');
  expect(bad.outcome).toBe('rolledBack');
  expect(bad.failure).toMatchObject({
    stage: 'rollout-10-analysis',
    mode: 'rejected',
    expected: 'error rate <= 5 %',
    observed: expect.stringMatching(/^error rate 30 % \(\d+ of \d+\); live: /),
  });
  expect(lambda.aliases.get('live')).toMatchObject({
    FunctionVersion: '1',
    RoutingConfig: { AdditionalVersionWeights: {} },
  });
  expect([...lambda.versions.keys()]).toEqual(['$LATEST', '1']);
  const { live, lease } = await environmentNow(cli, 'production');
  expect([live.shop?.live.release.version, lease]).toEqual(['1.0.0', undefined]);

  serve('3', 0);
  const next = await deploy('3.0.0');
  expect(next.outcome).toBe('succeeded');
  // What was live is kept, so that a rollback is a change of the alias alone.
  expect([...lambda.versions.keys()]).toEqual(['$LATEST', '1', '3']);
  aws.calls.length = 0;
  const undone = { of: next.deployment, actor: 'tester' };
  await cli.publish('Rollback Requested', undone);
  const opened = replay((await cli.store.load(`deployment#${next.deployment}`)).commits);
  const back = await ended(cli, rollbackId(opened, rollbackRequest.parse(undone)));
  expect(back.view.outcome).toBe('rolledBack');
  expect(lambda.aliases.get('live')?.FunctionVersion).toBe('1');
  expect([...lambda.versions.keys()]).toEqual(['$LATEST', '1']);
  expect(aws.calls.filter((call) => / (PUT|POST|DELETE) /.test(call))).toEqual([
    'lambda PUT /2015-03-31/functions/shop-api/aliases/live',
    'lambda DELETE /2015-03-31/functions/shop-api',
  ]);
});
