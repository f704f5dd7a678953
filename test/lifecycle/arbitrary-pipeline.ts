import fc from 'fast-check';
import type { Pipeline } from '../../lib/pipeline/pipeline.ts';
import { pipelineOf } from './pipelines.ts';

/** Names that a careless compiler would trip over, among plain ones. */
const NAMES = [
  ...Array.from('abcdefghij', (letter) => `step-${letter}`),
  ...['enter', 'wait', 'state', 'default', 'end', 'note', 'direction', 'undo-a', 'conclude-success'],
  ...['a', 'a-', 'a--b', 'b-wait', 'done', 'again', 'x'.repeat(50), 'all', 'started', 'undone'],
];

type Shape = { readonly kind: string } | { readonly checks: number };

const check: fc.Arbitrary<Shape> = fc
  .constantFrom('command', 'build', 'function', 'http', 'analysis', 'compatibility', 'parity', 'rehearsal')
  .map((kind) => ({ kind }));
const change: fc.Arbitrary<Shape> = fc
  .constantFrom('place', 'shift', 'flag', 'migrate', 'custom')
  .map((kind) => ({ kind }));
const group: fc.Arbitrary<Shape> = fc.integer({ min: 2, max: 3 }).map((checks) => ({ checks }));

/** Pipelines of up to eight steps under one lease, with no more than two small groups. */
export const arbitraryPipeline: fc.Arbitrary<Pipeline> = fc
  .record({
    before: fc.array(fc.oneof(check, group), { maxLength: 2 }),
    changes: fc.array(fc.oneof(check, change, { arbitrary: group, weight: 1 }), { maxLength: 5 }),
    names: fc.shuffledSubarray(NAMES, { minLength: NAMES.length }),
    leased: fc.boolean(),
  })
  .filter(({ before, changes, leased }) => leased || before.length + changes.length > 0)
  .filter(({ before, changes }) => [...before, ...changes].filter((shape) => 'checks' in shape).length <= 2)
  .map(({ before, changes, names, leased }) => {
    const free = [...names];
    const take = (): string => free.pop() ?? '';
    const write = (shape: Shape): string =>
      'kind' in shape
        ? `${shape.kind} ${take()}`
        : `${take()}: ${Array.from({ length: shape.checks }, take).join(' ')}`;
    const lease = leased || changes.length > 0 ? ['acquire production'] : [];
    return pipelineOf(...before.map(write), ...lease, ...changes.map(write));
  });

/** Choices of which legal event comes next, each taken modulo the number of legal ones. */
export const arbitraryWalk: fc.Arbitrary<readonly number[]> = fc.array(fc.nat({ max: 1000 }), {
  maxLength: 60,
});
