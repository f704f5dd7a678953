import { expect, test } from 'vitest';
import { exitCodeOfDeployment } from '../../lib/cli/exit-code-of-deployment.ts';
import type { FailureMode } from '../../lib/history/failure.ts';
import type { Outcome } from '../../lib/lifecycle/view.ts';
import { asOf, REJECTED, STORY } from './sample-deployment.ts';

const { view } = asOf(STORY.length);

function ended(outcome: Outcome, stage: string, mode: FailureMode) {
  return { ...view, outcome, failure: { ...REJECTED, stage, mode } };
}

test.each([
  ['failed', 'unit-tests', 'rejected', 3],
  ['rolledBack', 'rollout-smoke', 'rejected', 3],
  ['rolledBack', 'rollout-smoke', 'timedOut', 3],
  ['rolledBack', 'rollout-smoke', 'stopped', 7],
  ['rolledBack', 'rollout-smoke', 'superseded', 7],
  ['rolledBack', 'acquire-production', 'rejected', 6],
  ['rolledBack', 'acquire-production', 'errored', 3],
  ['stuck', 'rollout-smoke', 'rejected', 4],
  ['stuck', 'rollout-smoke', 'stopped', 4],
] as const)('a deployment that %s at %s, %s, exits %d', (outcome, stage, mode, code) => {
  expect(exitCodeOfDeployment(ended(outcome, stage, mode))).toBe(code);
});

test('a deployment that succeeded exits 0', () => {
  expect(exitCodeOfDeployment({ ...view, outcome: 'succeeded', failure: undefined })).toBe(0);
});

test.each([
  ['rolledBack', undefined, undefined, 0],
  ['failed', 'rejected', {}, 3],
  ['failed', 'rejected', { holder: 'eeeeeeeeeeeeeeeeeeee' }, 6],
  ['failed', 'stopped', undefined, 7],
  ['stuck', undefined, undefined, 4],
] as const)('a rollback that ended %s, %s %o, exits %d', (outcome, mode, evidence, code) => {
  const failure = mode && { ...REJECTED, stage: 'enter rollback', mode, evidence };
  expect(exitCodeOfDeployment({ ...view, kind: 'rollback', outcome, failure })).toBe(code);
});
