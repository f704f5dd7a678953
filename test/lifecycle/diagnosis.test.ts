import { expect, test } from 'vitest';
import { event } from '../../lib/history/events.ts';
import { diagnose } from '../../lib/lifecycle/diagnosis.ts';
import { replay } from '../../lib/lifecycle/replay.ts';
import { commitsOf, DEPLOYMENT, failed, opened, STARTED, stageFailed, started } from './histories.ts';
import { pipelineOf } from './pipelines.ts';

const FAILED = [
  opened(pipelineOf('custom notify')),
  STARTED,
  started('notify'),
  stageFailed('notify'),
] as const;

test('says that every stage passed', () => {
  expect(diagnose(replay(commitsOf(...FAILED.slice(0, 2))).view)).toBe('every stage passed');
});

test('says which stage failed, how, and the two sides of the comparison', () => {
  expect(diagnose(replay(commitsOf(...FAILED)).view)).toBe(
    'stage notify rejected: expected exit 0, observed exit 1',
  );
});

test('of a rollback says what was undone', () => {
  const { view } = replay(commitsOf(...FAILED.slice(0, 2)));
  const rollback = { ...view, kind: 'rollback', of: DEPLOYMENT, outcome: 'rolledBack' } as const;
  expect(diagnose(rollback)).toBe('every change of deployment d0000000000000000001 was undone');
});

test('says which undo failed as well', () => {
  const failure = { ...failed('errored', 'compensate'), observed: 'no answer' };
  const stuck = event('UndoFailed', { stage: 'notify', failure });
  expect(diagnose(replay(commitsOf(...FAILED, stuck)).view)).toBe(
    'stage notify rejected: expected exit 0, observed exit 1; undo of notify failed for good: no answer',
  );
});
