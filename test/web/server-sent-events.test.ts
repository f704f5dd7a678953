import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createEventReader } from '../../web/live/server-sent-events.ts';

const STREAM =
  'event: commit\nid: 7\ndata: {"seq":7}\n\n: a comment\n\ndata: one\ndata: two\r\n\r\nevent: quiet\ndata: \n\n';
const EVENTS = [
  { event: 'commit', id: '7', data: '{"seq":7}' },
  { event: 'message', id: undefined, data: 'one\ntwo' },
  { event: 'quiet', id: undefined, data: '' },
];

test('reads events, their ids and data of several lines', () => {
  expect(createEventReader()(STREAM)).toEqual(EVENTS);
});

test('reads the same however the text is cut into pieces', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: STREAM.length }), { maxLength: 12 }), (cuts) => {
      const read = createEventReader();
      const places = [0, ...cuts.toSorted((one, other) => one - other), STREAM.length];
      const pieces = places.slice(1).map((end, index) => STREAM.slice(places[index], end));
      expect(pieces.flatMap(read)).toEqual(EVENTS);
    }),
  );
});

test('waits for the end of an event', () => {
  const read = createEventReader();
  expect(read('data: half')).toEqual([]);
  expect(read(' and half\n\n')).toEqual([{ event: 'message', id: undefined, data: 'half and half' }]);
});
