import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { foldEnvironment } from '../../../lib/environments/environment.ts';
import { acquireLease } from '../../../lib/environments/lease.ts';
import type { DeploymentId } from '../../../lib/history/deployment-id.ts';
import { createDynamoDBEventStore } from '../../../lib/history/dynamodb-event-store.ts';
import type { EventStore } from '../../../lib/history/event-store.ts';
import { type Event, event } from '../../../lib/history/events.ts';
import { replay } from '../../../lib/lifecycle/replay.ts';
import { NoneventError } from '../../../lib/nonevent-error.ts';
import { pipelineSchema } from '../../../lib/pipeline/pipeline.ts';
import type { Executions } from '../../../lib/stages/drive/executions.ts';
import { openDeployments } from '../../../lib/stages/drive/open-deployments.ts';
import { reconcile } from '../../../lib/stages/drive/reconcile.ts';
import { requestDeployment } from '../../../lib/stages/drive/request-deployment.ts';
import { requestStop } from '../../../lib/stages/drive/request-stop.ts';
import { startDynalite } from '../../contract/dynalite.ts';
import { A_DIGEST, idWith, requested, SUCCEEDED } from '../../history/sample-events.ts';

const NOW = Date.parse('2026-11-23T04:00:00.000Z');
const DAY = 86_400_000;

let dynalite: Awaited<ReturnType<typeof startDynalite>>;
let table: string;
let store: EventStore;
beforeAll(async () => {
  dynalite = await startDynalite();
});
beforeEach(async () => {
  table = await dynalite.newTable();
  store = at(NOW);
});
afterAll(async () => {
  await dynalite.stop();
});

const at = (now: number): EventStore =>
  createDynamoDBEventStore({ client: dynalite.client(), table, now: () => now });

async function append(to: EventStore, id: DeploymentId, ...events: readonly Event[]): Promise<void> {
  const { head } = await to.load(`deployment#${id}`);
  expect((await to.append(head, events)).outcome).toBe('appended');
}

async function opened(prefix: string, when = NOW): Promise<DeploymentId> {
  const id = idWith(prefix);
  await append(at(when), id, requested(id));
  return id;
}

const viewOf = async (id: DeploymentId) => replay((await store.load(`deployment#${id}`)).commits).view;

/** Step Functions as far as reconcile sees it: what runs, and what can be started. */
function executions(of: Partial<Executions> = {}): Executions & { readonly started: readonly string[] } {
  const started: string[] = [];
  return {
    started,
    start: async (ref, run) => void started.push(`${ref.deployment} ${run}`),
    status: async () => 'unknown',
    ...of,
  };
}

const NOT_INSTALLED: Partial<Executions> = {
  start: async () => {
    throw new NoneventError('NotFound', 'pipeline shop is not installed as state machine shop-1', {
      hint: 'install it first',
    });
  },
};

const log = (): void => {};

describe('the open deployments', () => {
  it('are all that were not concluded, however old, at the first look and at later ones', async () => {
    const old = await opened('a', NOW - 400 * DAY);
    const ended = await opened('b', NOW - 30 * DAY);
    const newer = await opened('c');
    await append(store, ended, SUCCEEDED);
    expect(await openDeployments(store)).toEqual([old, newer]);
    await append(store, newer, SUCCEEDED);
    expect(await openDeployments(store)).toEqual([old]);
    await append(store, old, SUCCEEDED);
    expect(await openDeployments(store)).toEqual([]);
    // Its clock is an hour behind.
    const late = await opened('d', NOW - DAY / 24);
    expect(await openDeployments(store)).toEqual([late]);
  });
});

describe('reconcile', () => {
  it('starts the next run of what is open and dead, and of nothing else', async () => {
    const dead = await opened('a');
    const running = await opened('b');
    const steps = executions({
      status: async ({ deployment }, run) =>
        deployment === running ? 'running' : run < 2 ? 'ended' : 'unknown',
    });
    expect(await reconcile({ store, executions: steps, log })).toEqual({
      open: [dead, running],
      drivenOn: [dead],
      freed: [],
      troubles: [],
    });
    expect(steps.started).toEqual([`${dead} 2`]);
  });

  it('says each time which deployment a hundred executions of which have died', async () => {
    const id = await opened('a');
    const steps = executions({ status: async () => 'ended' });
    const { troubles } = await reconcile({ store, executions: steps, log });
    expect(troubles).toEqual([{ of: id, why: `100 executions of deployment ${id} died` }]);
    expect(steps.started).toEqual([]);
  });

  it('takes the lease that a deployment took after its end, and leaves that of a stuck one', async () => {
    const [late, stuck] = [await opened('a'), await opened('b')];
    await append(store, late, SUCCEEDED);
    await acquireLease(store, 'production', { deployment: late, pipeline: 'storefront' });
    expect((await reconcile({ store, executions: executions(), log })).freed).toEqual(['production']);
    await acquireLease(store, 'production', { deployment: stuck, pipeline: 'storefront' });
    const summary = { stages: {}, failedStage: null };
    await append(store, stuck, event('DeploymentStuck', { summary, next: 'restore it' }));
    expect((await reconcile({ store, executions: executions(), log })).freed).toEqual([]);
    const { lease } = foldEnvironment((await store.load('environment#production')).commits);
    expect(lease?.deployment).toBe(stuck);
  });

  it('ends what never began and can be driven by nothing; says it of what has begun', async () => {
    const [unbegun, begun] = [await opened('a'), await opened('b')];
    await append(
      store,
      begun,
      event('DeploymentStarted', { entry: 'forward' }),
      event('StageStarted', { stage: 'unit-tests', attempt: 1 }),
    );
    const { troubles } = await reconcile({ store, executions: executions(NOT_INSTALLED), log });
    expect(troubles).toEqual([{ of: begun, why: 'pipeline shop is not installed as state machine shop-1' }]);
    expect((await viewOf(unbegun)).outcome).toBe('failed');
    expect((await viewOf(begun)).outcome).toBeUndefined();
  });
});

describe('a request for a pipeline that is not installed', () => {
  const pipeline = pipelineSchema.parse({
    pipeline: 'shop',
    environments: {},
    stages: [
      { kind: 'command', name: 'unit', question: 'Does it work?', expect: 1, timeout: 10, run: 'true' },
    ],
  });

  it('ends as failed, with what was missing and what to do, however often it comes', async () => {
    const request = {
      pipeline,
      release: { version: '1.0.0', artifact: A_DIGEST },
      trigger: { id: 'one', source: 'test', actor: 'ada' },
    };
    const services = { store, executions: executions(NOT_INSTALLED) };
    const { deployment } = await requestDeployment(services, request);
    await requestDeployment(services, request);
    const { outcome, failure } = await viewOf(deployment);
    expect({ outcome, failure }).toEqual({
      outcome: 'failed',
      failure: {
        stage: 'unit',
        mode: 'errored',
        question: 'Does it work?',
        expected: 'its pipeline installed',
        observed: 'pipeline shop is not installed as state machine shop-1',
        recovery: 'compensate',
        next: 'install it first',
      },
    });
    expect((await store.load(`deployment#${deployment}`)).commits).toHaveLength(3);
  });
});

describe('a stop', () => {
  const stop = (deployment: DeploymentId) =>
    requestStop(store, { deployment, actor: 'ada', reason: 'wrong' });

  it('is taken once while the deployment runs', async () => {
    const id = await opened('a');
    expect([await stop(id), await stop(id)]).toEqual(['requested', 'already requested']);
  });

  it('comes too late where all is passed, and where the end is recorded', async () => {
    const id = await opened('a');
    const judgement = { verdict: 'pass', expected: 'so', observed: 'so' } as const;
    await append(
      store,
      id,
      event('DeploymentStarted', { entry: 'forward' }),
      event('StageStarted', { stage: 'unit-tests', attempt: 1 }),
      event('StagePassed', { stage: 'unit-tests', attempt: 1, evidence: null, judgement }),
      event('StageStarted', { stage: 'place', attempt: 1, capture: null }),
      event('StagePassed', { stage: 'place', attempt: 1, evidence: null, judgement }),
    );
    expect(await stop(id)).toBe('too late');
    await append(store, id, SUCCEEDED);
    expect(await stop(id)).toBe('too late');
    expect((await viewOf(id)).stop).toBeUndefined();
  });
});
