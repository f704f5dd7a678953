import { createHash } from 'node:crypto';
import { DescribeExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { environmentStream, foldEnvironment } from '../../lib/environments/environment.ts';
import { acquireLease } from '../../lib/environments/lease.ts';
import type { DeploymentId } from '../../lib/history/deployment-id.ts';
import { FUNCTION_NAMES } from '../../lib/infra/function-catalogue.ts';
import { rerunId, rerunRequest } from '../../lib/stages/drive/request-rerun.ts';
import { rollbackId, rollbackRequest } from '../../lib/stages/drive/request-rollback.ts';
import { unusedOf } from '../aws/policy.ts';
import { withoutReason } from '../infra/unseen.ts';
import type { Request } from './deploying.ts';
import { PATIENCE } from './ground.ts';
import { type ShopInAws, startShopInAws } from './shop-in-aws.ts';

const closers: (() => Promise<void>)[] = [];
let shop: ShopInAws;
let bad: Request;
let rerun: DeploymentId;

beforeAll(async () => {
  shop = await startShopInAws((close) => void closers.unshift(close));
}, 240_000);
afterAll(async () => {
  for (const close of closers) await close();
});

describe('the bundles of an installed system', () => {
  it('deploy what a trigger brings', async () => {
    const { body } = await shop.packed('1.0.0');
    shop.s3.objects.set('releases/shop/1.0.0.tar', {
      body,
      headers: {
        'x-amz-checksum-sha256': createHash('sha256').update(body).digest('base64'),
        'x-amz-checksum-type': 'FULL_OBJECT',
      },
    });
    const [opened] = await shop.installed.happens('aws.s3', 'Object Created', {
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
    await shop.buildSucceeds();
    const { view } = await shop.ended(deployment);
    expect([view.outcome, view.failure]).toEqual(['succeeded', undefined]);
    expect(view.release.version).toBe('1.0.0');
    expect(shop.lambda.aliases.get('live')?.FunctionVersion).toBe('1');
    expect(view.stages.find(({ name }) => name === 'unit')?.judgement?.observed).toContain('12');
  });

  it('switch a flag', async () => {
    await shop.installed.ask('Flag Requested', {
      environment: 'functions',
      flag: 'checkout',
      value: false,
      actor: 'tester',
      request: 'once',
    });
    await vi.waitFor(() => expect(shop.flagsSent()).toContain('false'), PATIENCE);
  });

  it('take a bad release back, from all that it had changed', async () => {
    shop.users.errorsOf100 = 30;
    bad = await shop.askedFor('2.0.0');
    const before = shop.known();
    // Delivered twice at once: one deployment, one execution, one build.
    await Promise.all([
      shop.installed.ask('Deployment Requested', bad),
      shop.installed.host.invoke('request', { detail: bad }),
    ]);
    await shop.buildSucceeds(before);
    const { view } = await shop.ended(bad.deployment);
    expect(shop.known().length).toBe(before.length + 1);
    expect(view).toMatchObject({
      outcome: 'rolledBack',
      failure: {
        stage: 'rollout-10-analysis',
        mode: 'rejected',
        expected: 'error rate <= 5 % and alarm shop-errors not red',
      },
    });
    expect(shop.lambda.aliases.get('live')).toMatchObject({
      FunctionVersion: '1',
      RoutingConfig: { AdditionalVersionWeights: {} },
    });
    expect(shop.flagsSent()).toContain('false');
    expect(shop.stack.stacks.get('shop')?.template).toContain('1.0.0');
    expect(shop.ecs.rollouts[0]?.taskDefinition).toMatch(/web:2$/);
    shop.users.errorsOf100 = 0;
  });

  it('go on where an execution was aborted, end what is stopped, and run it again', async () => {
    const asked = await shop.askedFor('3.0.0');
    const before = shop.known();
    await shop.installed.ask('Deployment Requested', asked);
    await shop.codeBuild.startedFor('unit', ...before);
    const executionArn = `arn:aws:states:us-east-1:000000000000:execution:Nonevent-shop:${asked.deployment}`;
    await shop.installed.system.clients.states.send(new StopExecutionCommand({ executionArn }));
    await vi.waitFor(async () => {
      const again = new DescribeExecutionCommand({ executionArn: `${executionArn}-1` });
      expect((await shop.installed.system.clients.states.send(again)).status).toBe('RUNNING');
    }, PATIENCE);
    await shop.installed.ask('Stop Requested', { deployment: asked.deployment, actor: 'tester' });
    await vi.waitFor(async () => {
      expect((await shop.deploymentNow(asked.deployment)).view.stop).toBeDefined();
    }, PATIENCE);
    await shop.installed.strikes('LookAfterBuilds');
    const { view } = await shop.ended(asked.deployment);
    expect(view).toMatchObject({ outcome: 'failed', failure: { stage: 'unit', mode: 'stopped' } });

    const stopped = shop.known();
    const wanted = { of: asked.deployment, actor: 'tester', source: 'event', reason: 'none given' };
    await shop.installed.ask('Rerun Requested', wanted);
    await shop.buildSucceeds(stopped);
    const again = await shop.ended(
      rerunId(await shop.deploymentNow(asked.deployment), rerunRequest.parse(wanted)),
    );
    expect(again.view.outcome).toBe('succeeded');
    rerun = again.view.deployment;
  });

  it('roll back what has succeeded', async () => {
    const wanted = rollbackRequest.parse({ of: rerun, actor: 'tester' });
    await shop.installed.ask('Rollback Requested', wanted);
    const { view } = await shop.ended(rollbackId(await shop.deploymentNow(rerun), wanted));
    expect([view.outcome, view.failure]).toEqual(['rolledBack', undefined]);
    expect(shop.lambda.aliases.get('live')?.FunctionVersion).toBe('1');
  });

  it('free a lease, and seal what was written', async () => {
    await acquireLease(shop.installed.store, 'spare', { deployment: rerun, pipeline: 'shop' });
    const leased = foldEnvironment((await shop.installed.store.load(environmentStream('spare'))).commits);
    await shop.installed.ask('Unlock Requested', {
      environment: 'spare',
      deployment: rerun,
      fence: leased.fence,
      actor: 'tester',
      reason: 'it has ended',
    });
    await vi.waitFor(async () => {
      const { commits } = await shop.installed.store.load(environmentStream('spare'));
      expect(foldEnvironment(commits).lease).toBeUndefined();
    }, PATIENCE);
    expect(await shop.installed.strikes('Hourly')).toMatchObject({ seal: 1, findings: 0 });
    expect(await shop.installed.strikes('Regularly')).toMatchObject({ drivenOn: [] });
  });

  it('do nothing for what comes again a month later: neither for a request nor for a build', async () => {
    const before = await shop.installed.store.load(`deployment#${bad.deployment}`);
    const builds = shop.known();
    shop.installed.host.passTime(30 * 24 * 60 * 60 * 1000);
    await shop.installed.host.invoke('request', { detail: bad });
    for (const build of builds)
      await shop.installed.happens(
        'aws.codebuild',
        'CodeBuild Build State Change',
        shop.codeBuild.event(build),
      );
    const after = await shop.installed.store.load(`deployment#${bad.deployment}`);
    expect(after.commits.length).toBe(before.commits.length);
    expect(shop.known().length).toBe(builds.length);
  });

  it('keep what they cannot handle with its reason, while its neighbours proceed', async () => {
    await shop.installed.ask('Deployment Requested', { pipeline: 'unheard-of' });
    await shop.installed.ask('Stop Requested', { deployment: 'f'.repeat(20), actor: 'tester' });
    await shop.installed.ask('Flag Requested', {
      environment: 'functions',
      flag: 'banner',
      value: true,
      actor: 'tester',
      request: 'beside',
    });
    await vi.waitFor(() => expect(shop.flagsSent()).toContain('banner'), PATIENCE);
    await vi.waitFor(() => expect(shop.installed.system.deadLetters().length).toBe(2), PATIENCE);
    const reasons = shop.installed.system.deadLetters().map(({ reason }) => reason);
    expect(reasons.some((reason) => reason.includes('pipeline'))).toBe(true);
    expect(reasons.some((reason) => reason.includes('ffffffff'))).toBe(true);
  });

  it('tell of what they may not do, and leave nothing half done', async () => {
    const asked = await shop.askedFor('5.0.0');
    const before = shop.known();
    shop.installed.account.faults.push(
      ...Array.from({ length: 20 }, () => ['stage', 'ecs:RegisterTaskDefinition', 'AccessDenied'] as const),
    );
    await shop.installed.ask('Deployment Requested', asked);
    await shop.buildSucceeds(before);
    const { view } = await shop.ended(asked.deployment);
    shop.installed.account.faults.length = 0;
    expect(view).toMatchObject({ outcome: 'rolledBack', failure: { stage: 'containers', mode: 'errored' } });
    expect(view.failure?.observed).toContain('AccessDenied');
    const lease = foldEnvironment(
      (await shop.installed.store.load(environmentStream('containers'))).commits,
    ).lease;
    expect(lease).toBeUndefined();
  });

  it('tell every event of the histories to the bus', async () => {
    const records = await shop.streamRecords();
    const batches = Math.ceil(records.length / 100);
    for (let batch = 0; batch < batches; batch += 1) {
      const Records = records.slice(batch * 100, (batch + 1) * 100);
      expect(await shop.installed.system.invoke('publish', { Records })).toEqual({ batchItemFailures: [] });
    }
    const written = records.reduce((sum, { events }) => sum + events, 0);
    await vi.waitFor(() => expect(shop.installed.heard.length).toBe(written), PATIENCE);
    const told = shop.installed.heard.map(({ detail }) => `${detail.stream} ${detail.seq} ${detail.index}`);
    expect(new Set(told).size).toBe(written);
    const types = new Set(shop.installed.heard.map((event) => event['detail-type']));
    expect([...types]).toEqual(expect.arrayContaining(['DeploymentSucceeded', 'DeploymentRolledBack']));
  });

  it('ask for nothing that their role does not allow', () => {
    const denied = shop.installed.account.calls.flatMap(({ by, action, denied: on }) =>
      on.map((resource) => `${by} may not ${action} on ${resource}`),
    );
    expect([...new Set(denied)]).toEqual([]);
    expect(new Set(shop.installed.account.calls.map(({ by }) => by))).toEqual(new Set(HERE));
  });

  it('are allowed nothing that they never ask for, without a reason', () => {
    const roles = Object.entries(shop.installed.installed.roles);
    const idle = roles
      .filter(([role]) => [...HERE, 'pipeline shop'].includes(role))
      .flatMap(([role, allowances]) =>
        withoutReason(
          role,
          unusedOf(
            allowances,
            shop.installed.account.calls.filter(({ by }) => by === role),
          ),
        ),
      );
    expect(idle).toEqual([]);
  });
});

/** The functions that run here: all but those of the distributed audit, which test/audit/distributed runs. */
const HERE = FUNCTION_NAMES.filter(
  (name) => !['group-file', 'fold-seals', 'verify-group', 'conclude-verification'].includes(name),
) as readonly string[];
