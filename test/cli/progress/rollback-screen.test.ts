import { expect, test } from 'vitest';
import { PLAIN } from '../../../lib/cli/output/style.ts';
import { changeLines } from '../../../lib/cli/progress/change-lines.ts';
import { lastScreen } from '../../../lib/cli/progress/last-screen.ts';
import { stageLines } from '../../../lib/cli/progress/stage-list.ts';
import { type Event, event } from '../../../lib/history/events.ts';
import { eventInWords } from '../../../lib/lifecycle/wording/event-in-words.ts';
import { asOf, at, EARLIER_ID, ID, requestedBy } from '../sample-deployment.ts';

const asked = requestedBy(ID, '2.0.0');
const KEPT = event('StageUndone', {
  stage: 'rollout-place',
  effect: 'nothing',
  evidence: { undone: false, why: 'a contract is not taken back' },
});
const ROLLBACK: readonly Event[] = [
  event('DeploymentRequested', {
    ...(asked.type === 'DeploymentRequested' ? asked.data : expect.unreachable()),
    kind: 'rollback',
    of: EARLIER_ID,
    captures: { 'acquire-production': null, 'rollout-place': null },
  }),
  event('DeploymentStarted', { entry: 'rollback' }),
  event('RollbackAdmitted', { environments: [] }),
  KEPT,
  event('StageUndone', { stage: 'acquire-production', effect: 'undone' }),
  event('DeploymentRolledBack', { summary: { stages: {}, failedStage: null } }),
];
const rendering = { now: at(9), columns: 78, style: PLAIN };

test('a rollback shows its lane alone, newest first, and no change of another deployment as passed', () => {
  expect(stageLines(asOf(3, ROLLBACK).view, rendering)).toEqual([
    '  · in place    rollout-place       Does the release start?',
    '  · in place    acquire-production  Is the environment free?',
  ]);
  expect(changeLines(undefined, asOf(3, ROLLBACK), at(3), PLAIN)).toEqual([]);
});

test('a change that stays is kept, never undone, wherever a rollback is told of', () => {
  const before = asOf(3, ROLLBACK);
  const ended = asOf(6, ROLLBACK);
  expect(eventInWords(KEPT)).toBe('kept rollout-place: a contract is not taken back');
  expect(changeLines(before, asOf(4, ROLLBACK), at(4), PLAIN)[0]).toMatch(
    /– kept {8}rollout-place {2}a contract is not taken back$/,
  );
  expect(stageLines(ended.view, rendering)).toEqual([
    '  – kept        rollout-place       Does the release start?',
    '  ↶ undone      acquire-production  Is the environment free?',
  ]);
  const screen = lastScreen(ended.view, {}, PLAIN).join('\n');
  expect(screen).toMatch(/undone +acquire-production\n +kept +rollout-place: a contract is not taken back\n/);
});
