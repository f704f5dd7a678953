import { expect, test } from 'vitest';
import { pipelineSchema } from '../../../lib/pipeline/pipeline.ts';
import { changesOf } from '../../../lib/pipeline/steps.ts';
import { staysInRollback } from '../../../lib/stages/migrate/stays-in-rollback.ts';

const asked = { question: 'Is it migrated?', expect: '1s', timeout: '1m', environment: 'production' };
const common = { ...asked, kind: 'migrate', schema: 'main', run: 'true' };
const grow = { ...common, name: 'grow', phase: 'expand', from: 1, to: 2, undo: 'true' };
const shrink = { ...common, name: 'shrink', phase: 'contract', from: 2, to: 3, verify: 'true' };
const CAPTURE = { artifact: `sha256:${'a'.repeat(64)}`, served: [1], already: false };

function changes(...stages: readonly object[]) {
  return changesOf(
    pipelineSchema.parse({
      pipeline: 'shop',
      environments: { production: { target: { kind: 'process', start: 'true', port: 1 } } },
      stages: [{ ...asked, name: 'free', kind: 'acquire' }, ...stages],
    }),
  );
}

function told(lane: ReturnType<typeof changes>, capture: typeof CAPTURE) {
  return lane.map((change) => staysInRollback(change, capture, lane));
}

test('a contract stays, and what it was built on with it', () => {
  expect(told(changes(grow, shrink), CAPTURE)).toEqual([
    undefined,
    'what came after it is built on it',
    'a contract is not taken back',
  ]);
});

test('a migration that was only found stays; one that was made is undone', () => {
  expect(told(changes(grow), { ...CAPTURE, already: true })).toEqual([
    undefined,
    'it was there before this deployment',
  ]);
  expect(told(changes(grow), CAPTURE)).toEqual([undefined, undefined]);
});
