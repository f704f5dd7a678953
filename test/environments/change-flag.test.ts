import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AskedWhen, changeFlag, flagHolder } from '../../lib/environments/change-flag.ts';
import { foldEnvironment } from '../../lib/environments/environment.ts';
import { flagChanges, flagOf, flagValues, type RecordedFlagChange } from '../../lib/environments/flags.ts';
import type { DeploymentId } from '../../lib/history/deployment-id.ts';
import { createDynamoDBEventStore } from '../../lib/history/dynamodb-event-store.ts';
import type { EventStore, StreamName } from '../../lib/history/event-store.ts';
import { type Event, event } from '../../lib/history/events.ts';
import { eventInWords } from '../../lib/lifecycle/wording/event-in-words.ts';
import { pipelineSchema } from '../../lib/pipeline/pipeline.ts';
import { startDynalite } from '../contract/dynalite.ts';
import { A_DIGEST } from '../history/sample-events.ts';

let dynalite: Awaited<ReturnType<typeof startDynalite>>;
let store: EventStore;
beforeAll(async () => {
  dynalite = await startDynalite();
});
beforeEach(async () => {
  store = createDynamoDBEventStore({ client: dynalite.client(), table: await dynalite.newTable() });
});
afterAll(async () => {
  await dynalite.stop();
});

const anybody = () => {};
const eventInWordsOf = ({ seq: _, at: __, ...data }: RecordedFlagChange) =>
  eventInWords(event('FlagChanged', data));
const change = (flag: string, value: string | number | boolean | null, request?: string) =>
  changeFlag(
    store,
    'production',
    { flag, value, actor: 'ada', reason: 'a test', ...(request === undefined ? {} : { request }) },
    anybody,
  );

async function environment() {
  return foldEnvironment((await store.load('environment#production')).commits);
}

async function append(stream: StreamName, ...events: readonly Event[]): Promise<void> {
  const { head } = await store.load(stream);
  expect((await store.append(head, events)).outcome).toBe('appended');
}

describe('a flag', () => {
  it('has the value that it was given last, until it is taken away', async () => {
    await change('new-checkout', true);
    await change('maxItems', 10);
    await change('new-checkout', 'for staff');
    expect(flagValues(await environment())).toEqual({ 'new-checkout': 'for staff', maxItems: 10 });
    await change('new-checkout', null);
    expect(flagValues(await environment())).toEqual({ maxItems: 10 });
  });

  it('tells false, zero, nothing and not set apart', async () => {
    for (const [flag, value] of Object.entries({ a: false, b: 0, c: '' })) await change(flag, value);
    expect(flagValues(await environment())).toEqual({ a: false, b: 0, c: '' });
    expect(flagOf(await environment(), 'd')).toBeUndefined();
    expect(flagOf(await environment(), 'constructor')).toBeUndefined();
  });

  it('is not changed by being given the value that it has', async () => {
    expect(await change('new-checkout', true)).toBe('changed');
    expect(await change('new-checkout', true)).toBe('unchanged');
    expect(await change('other', null)).toBe('unchanged');
    expect((await store.load('environment#production')).commits).toHaveLength(1);
  });

  it('is not set back by a request that is delivered again', async () => {
    expect(await change('new-checkout', true, 'first')).toBe('changed');
    expect(await change('new-checkout', false, 'second')).toBe('changed');
    expect(await change('new-checkout', true, 'first')).toBe('unchanged');
    expect(flagValues(await environment())).toEqual({ 'new-checkout': false });
  });

  it('is not set back by a request that asked for what was so, and is delivered again', async () => {
    await change('new-checkout', true);
    expect(await change('new-checkout', true, 'first')).toBe('unchanged');
    await change('new-checkout', false);
    expect(await change('new-checkout', true, 'first')).toBe('unchanged');
    expect(flagValues(await environment())).toEqual({ 'new-checkout': false });
  });

  describe('that is asked for late', () => {
    const MONDAY = { askedAt: '2026-11-23T09:00:00.000Z', seen: 0 };
    const TUESDAY = { askedAt: '2026-11-24T09:00:00.000Z', seen: 0 };
    const ask = (value: boolean, request: string, asked: AskedWhen) =>
      changeFlag(
        store,
        'production',
        { flag: 'kill', value, actor: 'ada', reason: '', request },
        anybody,
        asked,
      );

    it('ends the same in whatever order the requests come, and says which one was late', async () => {
      expect(await ask(true, 'tuesday', TUESDAY)).toBe('changed');
      expect(await ask(false, 'monday', MONDAY)).toBe('late');
      expect(flagValues(await environment())).toEqual({ kill: true });
      const { commits } = await store.load('environment#production');
      expect(commits.flatMap(({ events }) => events.map(({ data }) => data))).toEqual([
        expect.objectContaining({ value: true, request: 'tuesday', askedAt: TUESDAY.askedAt }),
        expect.objectContaining({ value: true, request: 'monday', askedAt: MONDAY.askedAt, late: false }),
      ]);
      expect(flagChanges(commits).map(eventInWordsOf)).toEqual([
        'kill set to true by ada: ',
        'kill kept true: what ada asked for, false, came late: ',
      ]);
      expect(await ask(false, 'monday', MONDAY)).toBe('unchanged');
      expect((await environment()).flags.kill).toMatchObject({ request: 'tuesday' });
    });

    it('is the same end where the older one comes first', async () => {
      expect(await ask(false, 'monday', MONDAY)).toBe('changed');
      expect(await ask(true, 'tuesday', TUESDAY)).toBe('changed');
      expect(flagValues(await environment())).toEqual({ kill: true });
    });

    it('is held against a request that asked for what was so already', async () => {
      await ask(true, 'before', { askedAt: '2026-11-20T09:00:00.000Z', seen: 0 });
      expect(await ask(true, 'tuesday', TUESDAY)).toBe('unchanged');
      expect(await ask(false, 'monday', MONDAY)).toBe('late');
      expect(flagValues(await environment())).toEqual({ kill: true });
    });

    it('is not late where it has seen what is newest, however wrong the clock of whoever asks', async () => {
      await ask(true, 'tuesday', TUESDAY);
      expect(await ask(false, 'slow-clock', { ...MONDAY, seen: 1 })).toBe('changed');
      expect(flagValues(await environment())).toEqual({ kill: false });
    });

    it('does not undo what was recorded since without a time of its own', async () => {
      await changeFlag(store, 'production', { flag: 'kill', value: true, actor: 'ada', reason: '' }, anybody);
      expect(await ask(false, 'long-ago', { askedAt: '2001-01-01T00:00:00.000Z', seen: 0 })).toBe('late');
      expect(await ask(false, 'other-flag', { askedAt: '2999-01-01T00:00:00.000Z', seen: 0 })).toBe(
        'changed',
      );
    });
  });

  it('stays as it is when the change is not admitted', async () => {
    const refuse = () => Promise.reject(new Error('not now'));
    const data = { flag: 'a', value: true, actor: 'ada', reason: 'a test' };
    await expect(changeFlag(store, 'production', data, refuse)).rejects.toThrow('not now');
    expect((await store.load('environment#production')).commits).toEqual([]);
  });

  it('gets every change of many at once', async () => {
    await Promise.all(Array.from({ length: 8 }, (_, index) => change(`flag-${index}`, index)));
    expect(Object.keys(flagValues(await environment())).toSorted()).toEqual(
      Array.from({ length: 8 }, (_, index) => `flag-${index}`),
    );
  });
});

describe('the deployment that is changing a flag', () => {
  const HOLDER = '1'.repeat(20) as DeploymentId;
  const pipeline = pipelineSchema.parse({
    pipeline: 'storefront',
    environments: { production: { target: { kind: 'process', start: 'true', port: 4100 } } },
    stages: [
      { kind: 'acquire', name: 'acquire-production', environment: 'production', ...common() },
      { kind: 'flag', name: 'on', environment: 'production', flag: 'new-checkout', value: true, ...common() },
    ],
  });
  const requested = event('DeploymentRequested', {
    deployment: HOLDER,
    kind: 'forward',
    pipeline,
    pipelineDigest: A_DIGEST,
    release: { version: '1.0.0', artifact: A_DIGEST },
    trigger: { id: 'one', source: 'cli', actor: 'ada' },
    lifecycle: 1,
  });
  const acquired = event('LeaseAcquired', { deployment: HOLDER, pipeline: 'storefront', fence: 1 });

  function common() {
    return { question: 'Is it?', expect: '1s', timeout: '1m' };
  }

  it('holds the lease and has a stage for it', async () => {
    await append('deployment#11111111111111111111', requested);
    expect(await flagHolder(store, 'production', await environment(), 'new-checkout')).toBeUndefined();
    await append('environment#production', acquired);
    expect(await flagHolder(store, 'production', await environment(), 'new-checkout')).toBe(HOLDER);
    expect(await flagHolder(store, 'production', await environment(), 'other')).toBeUndefined();
    expect(await flagHolder(store, 'staging', await environment(), 'new-checkout')).toBeUndefined();
  });

  it('is nobody once it has ended, even where it keeps the lease', async () => {
    await append('deployment#11111111111111111111', requested);
    await append(
      'deployment#11111111111111111111',
      event('DeploymentStarted', { entry: 'forward' }),
      event('StageStarted', { stage: 'acquire-production', attempt: 1, capture: null }),
      event('StageFailed', { stage: 'acquire-production', attempt: 1, failure: failure() }),
      event('UndoFailed', { stage: 'acquire-production', failure: failure() }),
      event('DeploymentStuck', { summary: { stages: {}, failedStage: 'acquire-production' }, next: 'look' }),
    );
    await append('environment#production', acquired);
    expect(await flagHolder(store, 'production', await environment(), 'new-checkout')).toBeUndefined();
  });

  function failure() {
    return {
      mode: 'errored',
      question: 'Is it?',
      expected: 'yes',
      observed: 'no',
      recovery: 'compensate',
      next: 'none',
    } as const;
  }
});
