import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDecoder, decodeEvents } from '../../lib/history/decode.ts';
import { encodeEvents } from '../../lib/history/encode.ts';
import type { Event } from '../../lib/history/events.ts';
import { currentVersion, type Upcasters } from '../../lib/history/upcasters.ts';
import { arbitraryEvent } from './arbitrary-event.ts';
import { stopRequested, streamOf, undone } from './sample-events.ts';

const stream = streamOf('ab');
const commit = (body: string) => ({ stream, seq: 3, body });

describe('the events of a commit', () => {
  it('come back as they were written', () => {
    fc.assert(
      fc.property(fc.array(arbitraryEvent, { minLength: 1, maxLength: 4 }), (events) => {
        expect(decodeEvents(commit(encodeEvents(events)))).toEqual(events);
      }),
      { numRuns: 300 },
    );
  });

  it('are one line of JSON', () => {
    expect(encodeEvents([stopRequested('a\nb "c"')])).toBe(
      '[{"type":"StopRequested","v":1,"data":{"actor":"ada","reason":"a\\nb \\"c\\""}}]',
    );
  });

  it('never hold text that UTF-8 cannot', () => {
    expect(encodeEvents([undone('\ud800')])).toContain('"evidence":"\\ud800"');
  });
});

describe('writing', () => {
  it('refuses a commit without events', () => {
    expect(() => encodeEvents([])).toThrow(new TypeError('a commit without events: expected at least one'));
  });

  it('refuses an event that does not fit its schema, naming what is wrong', () => {
    const event = { type: 'StopRequested', v: 1, data: { actor: 7, reason: 'x' } } as unknown as Event;
    expect(() => encodeEvents([event])).toThrow(
      new TypeError(
        'event StopRequested does not fit its schema: ✖ Invalid input: expected string, received number\n  → at actor',
      ),
    );
  });

  it('refuses an event of another than the current version', () => {
    expect(() => encodeEvents([{ ...stopRequested('x'), v: 2 }])).toThrow(
      new TypeError('event StopRequested has version 2: expected the current version 1'),
    );
  });
});

describe('reading', () => {
  it('refuses a type that it does not know, naming it and its place', () => {
    expect(() => decodeEvents(commit('[{"type":"StageDreamt","v":1,"data":{}}]'))).toThrow(
      expect.objectContaining({
        code: 'UnknownEvent',
        message: `commit 3 of ${stream} holds StageDreamt version 1: this version of Nonevent has no such type`,
        fields: { type: 'StageDreamt', version: 1, stream, seq: 3 },
        hint: 'a newer version of Nonevent wrote this: use that version or a later one',
      }),
    );
  });

  it('refuses a version from the future, naming it and its place', () => {
    expect(() => decodeEvents(commit('[{"type":"StopRequested","v":2,"data":{}}]'))).toThrow(
      expect.objectContaining({
        code: 'UnknownEvent',
        message: `commit 3 of ${stream} holds StopRequested version 2: the newest known version is 1`,
        fields: { type: 'StopRequested', version: 2, stream, seq: 3 },
      }),
    );
  });

  it.each(['constructor', '__proto__', 'toString'])('knows no type named %s', (type) => {
    expect(() => decodeEvents(commit(`[{"type":"${type}","v":1,"data":{}}]`))).toThrow(
      expect.objectContaining({ code: 'UnknownEvent' }),
    );
  });

  it.each([
    ['{', 'its body is not JSON: '],
    ['{}', 'its body is not a list of events'],
    ['[]', 'its body is not a list of events'],
    ['[null]', 'it holds something that is not an event of type, v and data'],
    [
      '[{"type":"StopRequested","v":0,"data":{}}]',
      'it holds something that is not an event of type, v and data',
    ],
    [
      '[{"type":"StopRequested","v":1.5,"data":{}}]',
      'it holds something that is not an event of type, v and data',
    ],
    ['[{"type":"StopRequested","v":1}]', 'it holds something that is not an event of type, v and data'],
    ['[{"type":7,"v":1,"data":{}}]', 'it holds something that is not an event of type, v and data'],
  ])('refuses %s', (body, problem) => {
    expect(() => decodeEvents(commit(body))).toThrow(
      expect.objectContaining({
        code: 'HistoryCorrupt',
        message: expect.stringContaining(`commit 3 of ${stream} is damaged: ${problem}`),
        fields: { stream, seq: 3 },
      }),
    );
  });
});

describe('upcasting', () => {
  /** As if StopRequested had first had `who` and `why`, then `actor` and `why`. */
  const upcasters: Upcasters = {
    StopRequested: [
      (data) => {
        const { who, ...rest } = data as { readonly who: string };
        return { actor: who, ...rest };
      },
      (data) => {
        const { why, ...rest } = data as { readonly why: string };
        return { ...rest, reason: why };
      },
    ],
  };
  const decode = createDecoder(upcasters);
  const current = { type: 'StopRequested', v: 3, data: { actor: 'ada', reason: 'slow' } };

  it.each([
    ['1', '[{"type":"StopRequested","v":1,"data":{"who":"ada","why":"slow"}}]'],
    ['2', '[{"type":"StopRequested","v":2,"data":{"actor":"ada","why":"slow"}}]'],
    ['3', '[{"type":"StopRequested","v":3,"data":{"actor":"ada","reason":"slow"}}]'],
  ])('brings version %s to the current one, a step at a time', (_, body) => {
    expect(decode(commit(body))).toEqual([current]);
  });

  it('leaves other types and their order alone', () => {
    const body =
      '[{"type":"DeploymentStarted","v":1,"data":{"entry":"forward"}},{"type":"StopRequested","v":1,"data":{"who":"ada","why":"slow"}}]';
    expect(decode(commit(body))).toEqual([
      { type: 'DeploymentStarted', v: 1, data: { entry: 'forward' } },
      current,
    ]);
  });

  it('refuses a version beyond its last step', () => {
    expect(() => decode(commit('[{"type":"StopRequested","v":4,"data":{}}]'))).toThrow(
      expect.objectContaining({
        code: 'UnknownEvent',
        message: `commit 3 of ${stream} holds StopRequested version 4: the newest known version is 3`,
      }),
    );
  });

  it('derives the version that is written from the steps', () => {
    expect(currentVersion('StopRequested', upcasters)).toBe(3);
    expect(currentVersion('StageUndone', upcasters)).toBe(1);
    expect(currentVersion('StopRequested')).toBe(1);
  });
});
