import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { inspectEnvironment } from '../../lib/audit/inspect-environment.ts';
import { foldEnvironment } from '../../lib/environments/environment.ts';
import { freeLease } from '../../lib/environments/free-lease.ts';
import { acquireLease, releaseLease } from '../../lib/environments/lease.ts';
import { waitForLease } from '../../lib/environments/lease-queue.ts';
import { removeEnded } from '../../lib/environments/remove-ended.ts';
import type { DeploymentId } from '../../lib/history/deployment-id.ts';
import { createDynamoDBEventStore } from '../../lib/history/dynamodb-event-store.ts';
import type { EventStore } from '../../lib/history/event-store.ts';
import { type Event, event } from '../../lib/history/events.ts';
import { startDynalite } from '../contract/dynalite.ts';
import { requested, SUCCEEDED } from '../history/sample-events.ts';

let dynalite: Awaited<ReturnType<typeof startDynalite>>;
let table: string;
let store: EventStore;
let environment = '';
let count = 0;
beforeAll(async () => {
  dynalite = await startDynalite();
  table = await dynalite.newTable();
  store = createDynamoDBEventStore({ client: dynalite.client(), table });
});
beforeEach(() => {
  count += 1;
  environment = `environment-${count}`;
});
afterAll(async () => {
  await dynalite.stop();
});

/** Of the law about everybody at once; each takes about a tenth of a second. */
const RUNS = 8;
const STUCK = event('DeploymentStuck', { summary: { stages: {}, failedStage: null }, next: 'by hand' });

/** A deployment of its own for each test; it is open. */
async function opened(letter: string): Promise<DeploymentId> {
  const id = `${letter}${String(count).padStart(19, '0')}` as DeploymentId;
  await append(id, requested(id));
  return id;
}

async function append(id: DeploymentId, ...events: readonly Event[]): Promise<void> {
  const { head } = await store.load(`deployment#${id}`);
  expect((await store.append(head, events)).outcome).toBe('appended');
}

const free = async (): Promise<void> => {};

function ask(
  deployment: DeploymentId,
  {
    policy = 'queue',
    pipeline = 'shop',
    at = '2026-11-23T04:00:00.000Z',
  }: { policy?: 'queue' | 'supersede'; pipeline?: string; at?: string } = {},
) {
  return waitForLease(store, environment, { deployment, pipeline, requestedAt: at }, policy, free);
}

async function now(of = environment) {
  const { commits } = await store.load(`environment#${of}`);
  const { lease, queue } = foldEnvironment(commits);
  return { holder: lease?.deployment, queue: queue.map(({ deployment }) => deployment) };
}

describe('queue', () => {
  it('gives the lease in the order in which it was asked for, one at a time', async () => {
    const [a, b, c] = [await opened('a'), await opened('b'), await opened('c')];
    expect(await ask(a)).toMatchObject({ answer: 'held', lease: { fence: 1 } });
    expect(await ask(b)).toMatchObject({ answer: 'waiting', holder: { deployment: a }, before: [] });
    expect(await ask(c)).toMatchObject({
      answer: 'waiting',
      holder: { deployment: a },
      before: [{ deployment: b }],
    });
    await releaseLease(store, environment, a);
    expect(await ask(c)).toMatchObject({ answer: 'waiting', holder: undefined, before: [{ deployment: b }] });
    expect(await ask(b)).toMatchObject({ answer: 'held', lease: { fence: 2 } });
    await releaseLease(store, environment, b);
    expect(await ask(c)).toMatchObject({ answer: 'held', lease: { fence: 3 } });
    expect(await now()).toEqual({ holder: c, queue: [] });
  });

  it('writes nothing when it is asked again', async () => {
    const [a, b] = [await opened('a'), await opened('b')];
    await ask(a);
    await ask(b);
    const { head } = await store.load(`environment#${environment}`);
    await ask(a);
    await ask(b);
    expect((await store.load(`environment#${environment}`)).head).toEqual(head);
  });

  it('asks whether the lease may be taken only when it is the turn', async () => {
    const [a, b] = [await opened('a'), await opened('b')];
    await ask(a);
    const refuse = () => Promise.reject(new Error('what is live does not run'));
    const applicant = { deployment: b, pipeline: 'shop', requestedAt: '2026-11-23T04:00:00.000Z' };
    expect(await waitForLease(store, environment, applicant, 'queue', refuse)).toMatchObject({
      answer: 'waiting',
    });
    await releaseLease(store, environment, a);
    await expect(waitForLease(store, environment, applicant, 'queue', refuse)).rejects.toThrow(
      'what is live does not run',
    );
    expect(await now()).toEqual({ holder: undefined, queue: [b] });
  });

  it('is left by who stops waiting, who does not come back', async () => {
    const [a, b, c] = [await opened('a'), await opened('b'), await opened('c')];
    for (const each of [a, b, c]) await ask(each);
    expect(await releaseLease(store, environment, b)).toBe(false);
    expect(await now()).toEqual({ holder: a, queue: [c] });
    await expect(ask(b)).rejects.toMatchObject({ code: 'Conflict' });
    expect(await now()).toEqual({ holder: a, queue: [c] });
  });

  it('is passed by a rollback, which takes the free lease before those who wait', async () => {
    const [a, b, rollback] = [await opened('a'), await opened('b'), await opened('e')];
    await ask(a);
    await ask(b);
    const going = { deployment: rollback, pipeline: 'shop' };
    await expect(acquireLease(store, environment, going, { ahead: true })).rejects.toThrow(
      `deployment ${a} of pipeline shop holds the lease of environment ${environment}`,
    );
    await releaseLease(store, environment, a);
    await acquireLease(store, environment, going, { ahead: true });
    expect(await now()).toEqual({ holder: rollback, queue: [b] });
    expect(await ask(b)).toMatchObject({ answer: 'waiting', holder: { deployment: rollback } });
  });

  it('is respected by who would not wait', async () => {
    const [a, b, c] = [await opened('a'), await opened('b'), await opened('c')];
    await ask(a);
    await ask(b);
    await releaseLease(store, environment, a);
    await expect(acquireLease(store, environment, { deployment: c, pipeline: 'shop' })).rejects.toThrow(
      `deployment ${b} of pipeline shop waits for the lease of environment ${environment} and comes first`,
    );
  });
});

describe('supersede', () => {
  const policy = 'supersede';

  it('leaves of the waiting ones of a pipeline only the newest; the holder and other pipelines stay', async () => {
    const [a, b, c, d] = [await opened('a'), await opened('b'), await opened('c'), await opened('d')];
    await ask(a, { policy });
    await ask(b, { policy, at: '2026-11-23T04:01:00.000Z' });
    await ask(c, { pipeline: 'other' });
    expect(await ask(d, { policy, at: '2026-11-23T04:02:00.000Z' })).toMatchObject({ answer: 'waiting' });
    expect(await now()).toEqual({ holder: a, queue: [c, d] });
    expect(await ask(b, { policy })).toEqual({ answer: 'superseded', by: d });
  });

  it('lets one that has ended displace nobody', async () => {
    const [a, b, c, d] = [await opened('a'), await opened('b'), await opened('c'), await opened('d')];
    await ask(a, { policy });
    await ask(b, { policy, at: '2026-11-23T04:02:00.000Z' });
    await append(b, SUCCEEDED);
    expect(await ask(c, { policy, at: '2026-11-23T04:01:00.000Z' })).toMatchObject({ answer: 'waiting' });
    expect(await now()).toEqual({ holder: a, queue: [c] });
    // One that ends while its executor still asks comes late, and does not join in the place of one that lives.
    await append(d, SUCCEEDED);
    await expect(ask(d, { policy, at: '2026-11-23T04:03:00.000Z' })).rejects.toMatchObject({
      code: 'Conflict',
      message: `deployment ${d} has ended, so it waits for no lease of ${environment}`,
    });
    expect(await now()).toEqual({ holder: a, queue: [c] });
  });

  it('lets one that was asked for earlier and comes later give way itself', async () => {
    const [a, b, c] = [await opened('a'), await opened('b'), await opened('c')];
    await ask(a, { policy });
    await ask(b, { policy, at: '2026-11-23T04:02:00.000Z' });
    expect(await ask(c, { policy, at: '2026-11-23T04:01:00.000Z' })).toEqual({ answer: 'superseded', by: b });
    expect(await now()).toEqual({ holder: a, queue: [b] });
  });
});

describe('a deployment that has ended', () => {
  it('keeps nobody waiting with the lease or the place that it took late', async () => {
    const [a, b, c] = [await opened('a'), await opened('b'), await opened('c')];
    for (const each of [a, b, c]) await ask(each);
    await append(a, SUCCEEDED);
    await append(b, SUCCEEDED);
    expect(await ask(c)).toMatchObject({ answer: 'held', lease: { fence: 2 } });
  });

  it('and one that never was are found without anybody waiting', async () => {
    const [a, b] = [await opened('a'), await opened('b')];
    const nobody = `f${String(count).padStart(19, '0')}` as DeploymentId;
    const requestedAt = '2026-11-23T04:00:00.000Z';
    const { head } = await store.load(`environment#${environment}`);
    await store.append(head, [
      event('LeaseAcquired', { deployment: nobody, pipeline: 'shop', fence: 1 }),
      event('LeaseRequested', { deployment: a, pipeline: 'shop', requestedAt }),
      event('LeaseRequested', { deployment: b, pipeline: 'shop', requestedAt }),
    ]);
    await append(b, SUCCEEDED);
    expect(await removeEnded(store, environment)).toBe(true);
    expect(await now()).toEqual({ holder: undefined, queue: [a] });
    expect(await removeEnded(store, environment)).toBe(false);
  });

  it('keeps the lease where it is stuck: nobody waits for it, nobody begins', async () => {
    const [a, b, c] = [await opened('a'), await opened('b'), await opened('c')];
    await ask(a);
    await ask(b);
    await append(a, STUCK);
    expect(await removeEnded(store, environment)).toBe(false);
    for (const each of [b, c]) {
      await expect(ask(each)).rejects.toMatchObject({
        code: 'Conflict',
        message: `deployment ${a} of pipeline shop is stuck and keeps the lease of environment ${environment}, until \`nonevent unlock ${environment}\` frees it`,
        hint: expect.stringContaining(`nonevent unlock ${environment}`),
      });
    }
  });
});

describe('freeing a lease', () => {
  const by = { actor: 'ada', reason: 'all traffic is on 1.0.0 again' };

  it('is done once, for a stuck holder, with who and why; what is live stays', async () => {
    const a = await opened('a');
    await ask(a);
    await append(a, STUCK);
    const lease = { deployment: a, fence: 1, ...by };
    expect(await freeLease(store, environment, lease)).toBe('freed');
    expect(await now()).toEqual({ holder: undefined, queue: [] });
    const { commits } = await store.load(`environment#${environment}`);
    expect(commits.at(-1)?.events).toEqual([{ type: 'LeaseFreed', v: 1, data: lease }]);
    expect(await freeLease(store, environment, lease)).toBe('already free');
    await expect(ask(a)).rejects.toMatchObject({ code: 'Conflict' });
  });

  it('is refused while the holder runs', async () => {
    const a = await opened('a');
    await ask(a);
    expect(await freeLease(store, environment, { deployment: a, fence: 1, ...by })).toBe('still running');
    expect((await now()).holder).toBe(a);
  });

  it('takes no later lease when it is delivered again', async () => {
    const [a, b] = [await opened('a'), await opened('b')];
    await ask(a);
    await append(a, STUCK);
    await freeLease(store, environment, { deployment: a, fence: 1, ...by });
    await ask(b);
    await append(b, STUCK);
    expect(await freeLease(store, environment, { deployment: a, fence: 1, ...by })).toBe('already free');
    expect((await now()).holder).toBe(b);
  });
});

describe('whoever asks, leaves, crashes or goes back, at the same time or not', () => {
  const STEPS = ['ask', 'ask', 'ask', 'finish', 'die', 'go back', 'sweep'] as const;
  type Step = readonly [what: (typeof STEPS)[number], who: number];
  const step = fc.tuple(fc.constantFrom(...STEPS), fc.nat({ max: 3 }));
  const round = fc.array(step, { minLength: 1, maxLength: 5 });

  it('there is one holder, in the order of the queue, and nobody is forgotten', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(round, { maxLength: 6 }), async (rounds) => {
        count += 1;
        environment = `law-${count}`;
        const ids = await Promise.all(['a', 'b', 'c', 'd'].map(opened));
        const ended = new Set<DeploymentId>();
        for (const steps of rounds) {
          const running = ids.filter((id) => !ended.has(id));
          // A handler that is still under way when its deployment ends is what takes leases late.
          await Promise.all(steps.map(([what, who]) => perform(what, running[who], ended)));
        }
        const alive = ids.filter((id) => !ended.has(id));
        const waiting = (await now()).queue.filter((id) => alive.includes(id));
        const served = await serveAll(alive);
        expect(served.filter((id) => waiting.includes(id))).toEqual(waiting);
        expect(await now()).toEqual({ holder: undefined, queue: [] });
        await expectLawful();
      }),
      { numRuns: RUNS },
    );
  }, 60_000);

  async function perform(
    what: Step[0],
    id: DeploymentId | undefined,
    ended: Set<DeploymentId>,
  ): Promise<void> {
    if (id === undefined) return;
    const goingBack = { deployment: id, pipeline: 'shop' };
    switch (what) {
      case 'ask':
        return answerOf(ask(id)).then(() => undefined);
      case 'go back':
        return answerOf(acquireLease(store, environment, goingBack, { ahead: true })).then(() => undefined);
      case 'sweep':
        return removeEnded(store, environment).then(() => undefined);
      case 'finish':
      case 'die':
        if (ended.has(id)) return;
        ended.add(id);
        if (what === 'finish') await releaseLease(store, environment, id);
        return append(id, SUCCEEDED);
      default:
        return what satisfies never;
    }
  }

  /** Everybody who lives asks again and again, in the worst order, until all have had the lease. */
  async function serveAll(alive: readonly DeploymentId[]): Promise<readonly DeploymentId[]> {
    const left = new Set(alive);
    const served: DeploymentId[] = [];
    for (let turn = 0; turn < 20 && left.size > 0; turn += 1) {
      for (const id of [...left].toReversed()) {
        const answer = await answerOf(ask(id));
        if (answer?.answer === 'waiting') continue;
        if (answer?.answer === 'held') served.push(id);
        left.delete(id);
        await releaseLease(store, environment, id);
      }
    }
    expect([...left]).toEqual([]);
    await removeEnded(store, environment);
    return served;
  }

  /** `undefined` where the lease was refused. */
  async function answerOf<Answer>(asked: Promise<Answer>): Promise<Answer | undefined> {
    return asked.catch((thrown) => {
      expect(thrown).toMatchObject({ code: 'Conflict' });
      return undefined;
    });
  }

  /** The audit knows the laws of a lease: one holder at a time, a growing fence, first come first served. */
  async function expectLawful(): Promise<void> {
    const inspector = inspectEnvironment();
    const { commits } = await store.load(`environment#${environment}`);
    for (const commit of commits) expect(inspector.commit(commit)).toBeUndefined();
  }
});
