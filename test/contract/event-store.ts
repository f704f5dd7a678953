import { Buffer } from 'node:buffer';
import { beforeEach, describe, expect, it } from 'vitest';
import type { EventStore, Head, StreamName } from '../../lib/history/event-store.ts';
import { idWith, requested, SUCCEEDED, stopRequested, streamOf, undone } from '../history/sample-events.ts';

/** What an implementation brings to its test: stores over one new, empty place to keep histories. */
export type EventStoreBed = {
  /** Another store over the same histories, as another process would have. Times come from `now`. */
  readonly store: (options?: { readonly now?: () => number }) => EventStore;
  /** The largest body of a commit, in bytes. */
  readonly maxBodyBytes: number;
};

/** What every event store does. */
export function testEventStore(name: string, newBed: () => Promise<EventStoreBed>): void {
  const stream = streamOf(idWith('ab'));
  let bed: EventStoreBed;
  let store: EventStore;
  beforeEach(async () => {
    bed = await newBed();
    store = bed.store({ now: () => Date.UTC(2026, 0, 2, 3, 4, 5, 6) });
  });

  describe(`${name}: append and load`, () => {
    it('loads an unknown stream as empty, with a head at 0', async () => {
      const { head, commits } = await store.load(stream);
      expect(commits).toEqual([]);
      expect(head).toMatchObject({ stream, seq: 0, hash: '0'.repeat(64) });
    });

    it('loads what was appended, in order and with its place in the chain', async () => {
      const first = await appended(store, await headOf(store, stream), [requested(idWith('ab'))]);
      const second = await appended(store, first.head, [stopRequested('too slow'), SUCCEEDED]);
      const { head, commits } = await store.load(stream);
      expect(commits).toEqual([first.commit, second.commit]);
      expect(commits.map(({ seq, at }) => [seq, at])).toEqual([
        [1, '2026-01-02T03:04:05.006Z'],
        [2, '2026-01-02T03:04:05.006Z'],
      ]);
      expect(commits[0]?.prev).toBe('0'.repeat(64));
      expect(commits[1]?.prev).toBe(commits[0]?.hash);
      expect(head).toMatchObject({ stream, seq: 2, hash: commits[1]?.hash });
      expect(commits[1]?.events).toEqual([
        { type: 'StopRequested', v: 1, data: { actor: 'ada', reason: 'too slow' } },
        {
          type: 'DeploymentSucceeded',
          v: 1,
          data: { summary: { stages: { 'unit-tests': 'passed', place: 'passed' }, failedStage: null } },
        },
      ]);
    });

    it('loads only what came after a known head', async () => {
      const first = await appended(store, await headOf(store, stream), [requested(idWith('ab'))]);
      const second = await appended(store, first.head, [stopRequested('one')]);
      const third = await appended(store, second.head, [stopRequested('two')]);
      const after = await store.loadAfter(first.head);
      expect(after.commits).toEqual([second.commit, third.commit]);
      expect(after.head).toEqual(third.head);
      expect(await store.loadAfter(third.head)).toEqual({ head: third.head, commits: [] });
    });

    it('keeps streams apart', async () => {
      await appended(store, await headOf(store, 'environment#a'), [stopRequested('a')]);
      await appended(store, await headOf(store, 'environment#ab'), [stopRequested('ab')]);
      const { commits } = await store.load('environment#a');
      expect(commits.map((commit) => commit.body)).toEqual([
        '[{"type":"StopRequested","v":1,"data":{"actor":"ada","reason":"a"}}]',
      ]);
    });

    it('refuses a stream name that is not one', async () => {
      await expect(store.load('deployment#../../etc' as StreamName)).rejects.toMatchObject({
        code: 'InvalidInput',
        message:
          'invalid stream "deployment#../../etc": expected deployment#ID, environment#NAME, pipeline#NAME or seal#N',
      });
    });

    it('refuses a head that no store handed out', async () => {
      const forged = { ...(await headOf(store, stream)), seq: 7 } as Head;
      await expect(store.append(forged, [stopRequested('x')])).rejects.toThrow(
        `the head of ${stream} at seq 7 was not handed out by a store`,
      );
      expect((await store.load(stream)).commits).toEqual([]);
    });

    it('refuses an event that does not fit its schema, and writes nothing', async () => {
      const broken = { type: 'StopRequested', v: 1, data: { actor: 'ada' } } as never;
      await expect(store.append(await headOf(store, stream), [broken])).rejects.toThrow(
        'event StopRequested does not fit its schema',
      );
      expect((await store.load(stream)).commits).toEqual([]);
    });

    it('returns the events of a commit as a later load does', async () => {
      const evidence = { zero: -0, list: [1e21, 'é\u2028\ud800', null], nested: { b: 1, a: [] } };
      const result = await appended(store, await headOf(store, stream), [
        { type: 'StageUndone', v: 1, data: { stage: 'place', effect: 'undone', evidence } },
      ]);
      const { commits } = await store.load(stream);
      expect(commits[0]?.events).toStrictEqual(result.commit.events);
    });
  });

  describe(`${name}: conflicts`, () => {
    it('gives a conflict to the second append after the same head, and keeps the first', async () => {
      const head = await headOf(store, stream);
      await appended(store, head, [stopRequested('first')]);
      expect(await bed.store().append(head, [stopRequested('second')])).toEqual({ outcome: 'conflict' });
      const { commits } = await store.load(stream);
      expect(commits.map((commit) => commit.events)).toEqual([[stopRequested('first')]]);
    });

    it('lets one of 50 writers win each seq, and all of them finish by loading again', async () => {
      const appends = { won: 0, lost: 0 };
      const writer = async (number: number) => {
        const own = bed.store();
        for (;;) {
          const { head } = await own.load(stream);
          const { outcome } = await own.append(head, [stopRequested(`writer ${number}`)]);
          appends[outcome === 'appended' ? 'won' : 'lost'] += 1;
          if (outcome === 'appended') return;
        }
      };
      await Promise.all(Array.from({ length: 50 }, (_, number) => writer(number)));
      const { commits } = await store.load(stream);
      expect(commits.map((commit) => commit.seq)).toEqual(
        Array.from({ length: 50 }, (_, index) => index + 1),
      );
      const reasons = commits.flatMap(({ events }) =>
        events.map(({ data }) => 'reason' in data && data.reason),
      );
      expect(new Set(reasons).size).toBe(50);
      expect(appends.won).toBe(50);
      expect(appends.lost).toBeGreaterThan(0);
    });
  });

  describe(`${name}: sizes`, () => {
    it('reads every page of a stream of more than 1 MB', async () => {
      let head = await headOf(store, stream);
      for (let number = 1; number <= 9; number++)
        head = (await appended(store, head, [undone(`${number}`.repeat(300_000))])).head;
      const { commits } = await store.load(stream);
      expect(commits.map((commit) => commit.body.at(-5))).toEqual([
        '1',
        '2',
        '3',
        '4',
        '5',
        '6',
        '7',
        '8',
        '9',
      ]);
      expect((await store.load(stream)).head).toEqual(head);
    });

    it.each([
      ['one-byte text', 'x', 1],
      ['text of four bytes a character', '💥', 4],
    ])('keeps a commit at the limit and one byte below it: %s', async (_, character, width) => {
      let head = await headOf(store, stream);
      for (const bytes of [bed.maxBodyBytes - 1, bed.maxBodyBytes]) {
        const { commit, head: next } = await appended(store, head, [
          undone(evidenceOf(bytes, character, width)),
        ]);
        expect(Buffer.byteLength(commit.body)).toBe(bytes);
        head = next;
      }
      expect((await store.load(stream)).head).toEqual(head);
    });

    it.each([
      ['one-byte text', 'x', 1],
      ['text of four bytes a character', '💥', 4],
    ])(
      'refuses a commit one byte over the limit before anything is written: %s',
      async (_, character, width) => {
        const tooLarge = undone(evidenceOf(bed.maxBodyBytes + 1, character, width));
        await expect(store.append(await headOf(store, stream), [tooLarge])).rejects.toMatchObject({
          code: 'CommitTooLarge',
          message: `a commit of ${bed.maxBodyBytes + 1} bytes is too large for ${stream}: expected at most ${bed.maxBodyBytes} bytes`,
          fields: { stream, seq: 1, bytes: bed.maxBodyBytes + 1, limit: bed.maxBodyBytes },
        });
        expect((await store.load(stream)).commits).toEqual([]);
      },
    );
  });

  describe(`${name}: list and find`, () => {
    const open = async (prefix: string, day: number) => {
      const at = bed.store({ now: () => Date.UTC(2026, 0, day) });
      return appended(at, await headOf(at, streamOf(idWith(prefix))), [requested(idWith(prefix))]);
    };

    it('lists opening commits newest first, and no more than asked for', async () => {
      await open('b', 2);
      await open('a', 3);
      await open('c', 1);
      expect(await store.list('opened', 10)).toEqual([
        { stream: streamOf(idWith('a')), seq: 1, at: '2026-01-03T00:00:00.000Z' },
        { stream: streamOf(idWith('b')), seq: 1, at: '2026-01-02T00:00:00.000Z' },
        { stream: streamOf(idWith('c')), seq: 1, at: '2026-01-01T00:00:00.000Z' },
      ]);
      expect((await store.list('opened', 2)).map((entry) => entry.at)).toEqual([
        '2026-01-03T00:00:00.000Z',
        '2026-01-02T00:00:00.000Z',
      ]);
    });

    it('lists nothing from before a time that is given', async () => {
      await open('b', 2);
      await open('a', 3);
      await open('c', 1);
      const at = (entries: readonly { readonly at: string }[]) => entries.map((entry) => entry.at);
      expect(at(await store.list('opened', 10, '2026-01-02T00:00:00.000Z'))).toEqual([
        '2026-01-03T00:00:00.000Z',
        '2026-01-02T00:00:00.000Z',
      ]);
      expect(at(await store.list('opened', 1, '2026-01-02T00:00:00.000Z'))).toEqual([
        '2026-01-03T00:00:00.000Z',
      ]);
      expect(await store.list('opened', 10, '2026-01-03T00:00:00.001Z')).toEqual([]);
    });

    it('lists concluding commits apart from opening ones', async () => {
      const { head } = await open('a', 1);
      const stopped = await appended(store, head, [stopRequested('enough')]);
      await appended(store, stopped.head, [SUCCEEDED]);
      expect(await store.list('concluded', 10)).toEqual([
        { stream: streamOf(idWith('a')), seq: 3, at: '2026-01-02T03:04:05.006Z' },
      ]);
      expect(await store.list('opened', 10)).toHaveLength(1);
    });

    it('lists no commit of another kind of stream', async () => {
      await appended(store, await headOf(store, 'environment#production'), [stopRequested('x')]);
      expect(await store.list('opened', 10)).toEqual([]);
      expect(await store.list('concluded', 10)).toEqual([]);
    });

    it('finds a deployment by its whole id or the first digits of it', async () => {
      await open('abc1', 1);
      await open('abd2', 2);
      expect(await store.find(idWith('abc1'))).toEqual([idWith('abc1')]);
      expect(await store.find('abc')).toEqual([idWith('abc1')]);
      expect(await store.find('ab')).toEqual([idWith('abc1'), idWith('abd2')]);
      expect(await store.find('ac')).toEqual([]);
      expect(await store.find(idWith('abc'))).toEqual([]);
    });

    it('gives at most two deployments for an ambiguous prefix', async () => {
      for (const [index, prefix] of ['a1', 'a2', 'a3', 'b1'].entries()) await open(prefix, index + 1);
      expect(await store.find('a')).toEqual([idWith('a1'), idWith('a2')]);
      expect(await store.find('')).toHaveLength(2);
    });

    it('finds a concluded deployment once', async () => {
      const { head } = await open('a1', 1);
      await appended(store, head, [SUCCEEDED]);
      expect(await store.find('a1')).toEqual([idWith('a1')]);
    });

    it('finds nothing for what cannot begin an id', async () => {
      await open('a1', 1);
      for (const prefix of ['xyz', 'A1', '../', `${idWith('a1')}0`])
        expect(await store.find(prefix)).toEqual([]);
    });

    it('refuses a limit that is not a whole number from 1', async () => {
      await expect(store.list('opened', 0)).rejects.toMatchObject({
        code: 'InvalidInput',
        message: 'invalid limit 0: expected a whole number from 1',
      });
    });
  });
}

async function headOf(store: EventStore, stream: StreamName): Promise<Head> {
  return (await store.load(stream)).head;
}

async function appended(store: EventStore, ...append: Parameters<EventStore['append']>) {
  const result = await store.append(...append);
  if (result.outcome !== 'appended')
    throw new Error(`expected the append to succeed, got a ${result.outcome}`);
  return result;
}

/** Text that makes the body of `undone(text)` exactly `bytes` long. */
function evidenceOf(bytes: number, character: string, width: number): string {
  const frame = '[{"type":"StageUndone","v":1,"data":{"stage":"place","effect":"undone","evidence":""}}]';
  const room = bytes - frame.length;
  return character.repeat(Math.floor(room / width)) + 'x'.repeat(room % width);
}
