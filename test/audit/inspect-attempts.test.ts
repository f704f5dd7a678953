import { describe, expect, it } from 'vitest';
import { inspectAttempts } from '../../lib/audit/inspect-attempts.ts';
import { type DeploymentEvent, event } from '../../lib/history/events.ts';
import type { Failure } from '../../lib/history/failure.ts';
import { pipelineSchema } from '../../lib/pipeline/pipeline.ts';
import { A_PIPELINE } from '../history/sample-events.ts';
import { IS_ROLLED_BACK, SUCCEEDS } from './sample-history.ts';

/** The first thing that is wrong with the attempts of a history. */
function problemIn(events: readonly DeploymentEvent[]): string | undefined {
  const problemWith = inspectAttempts();
  return events.map(problemWith).find((problem) => problem !== undefined);
}

const failure = (mode: Failure['mode']): Failure => ({
  mode,
  question: 'Does it start?',
  expected: 'it starts',
  observed: 'it does not',
  recovery: 'compensate',
  next: 'none',
});
const JUDGEMENT = { verdict: 'pass', expected: 'done', observed: 'done' } as const;
const started = (attempt: number) => event('StageStarted', { stage: 'place', attempt, capture: {} });
const passed = (attempt: number) =>
  event('StagePassed', { stage: 'place', attempt, evidence: {}, judgement: JUDGEMENT });
const tried = (attempt: number, lane: 'forward' | 'undo' = 'forward') =>
  event('StageAttemptFailed', { stage: 'place', attempt, lane, failure: failure('errored') });
const failed = (attempt: number, mode: Failure['mode'] = 'rejected') =>
  event('StageFailed', { stage: 'place', attempt, failure: failure(mode) });
const undone = (effect: 'undone' | 'nothing') => event('StageUndone', { stage: 'place', effect });

describe('attempts that can be', () => {
  it.each([
    ['of a deployment that succeeded', SUCCEEDS.flat() as readonly DeploymentEvent[]],
    ['of one that was rolled back', IS_ROLLED_BACK.flat() as readonly DeploymentEvent[]],
    ['tried again', [started(1), tried(1), started(2), passed(2)]],
    ['that failed before they began', [tried(1), tried(2), started(3), failed(3), undone('undone')]],
    ['that failed for good before they began', [started(1), tried(1), tried(2), failed(2), undone('undone')]],
    ['refused', [failed(0)]],
    ['that nobody could record', [failed(1, 'lost'), undone('nothing')]],
    ['of an undo', [started(1), failed(1), tried(1, 'undo'), tried(2, 'undo'), undone('undone')]],
  ])('%s have no finding', (_, events) => {
    expect(problemIn(events)).toBeUndefined();
  });
});

describe('a history that leaves out', () => {
  it.each([
    [
      'the start of a pass',
      [passed(1)],
      'attempt 1 of place, but none is open: nothing records that it began',
    ],
    ['the start of a failure', [failed(1)], 'attempt 1 of place failed, but nothing records that it began'],
    ['the start of a second try', [started(1), tried(1), passed(2)], 'attempt 2 of place, but none is open'],
    [
      'why there is a second try',
      [started(1), started(2)],
      'attempt 2 of place begins, but attempt 1 has no outcome',
    ],
    ['a try', [started(1), tried(1), started(3)], 'it is attempt 3 of place, expected attempt 2'],
    [
      'a try to undo',
      [started(1), failed(1), tried(2, 'undo')],
      'it is attempt 2 of the undo of place, expected',
    ],
    [
      'that it undid',
      [started(1), failed(1), undone('nothing')],
      'place had begun, but nothing of it is undone',
    ],
    ['what it undid', [failed(0), undone('undone')], 'place is undone, but nothing records that it began'],
  ])('%s is found', (_, events, problem) => {
    expect(problemIn(events)).toContain(problem);
  });

  it('the start of any stage is found, wherever it is', () => {
    for (const history of [SUCCEEDS, IS_ROLLED_BACK]) {
      const events = history.flat() as readonly DeploymentEvent[];
      for (const [index, { type }] of events.entries()) {
        if (type === 'StageStarted') expect(problemIn(events.toSpliced(index, 1))).toBeDefined();
      }
    }
  });
});

it('only a migration may stay where its deployment is taken back, and only with its reason', () => {
  const place = started(1);
  const stays = {
    effect: 'nothing',
    evidence: { undone: false, why: 'a contract is not taken back' },
  } as const;
  expect(problemIn([place, event('StageUndone', { stage: 'place', ...stays })])).toBe(
    'place had begun, but nothing of it is undone',
  );
  const [asked] = SUCCEEDS.flat() as readonly DeploymentEvent[];
  if (asked?.type !== 'DeploymentRequested') throw new Error('expected the opening');
  const shrink = {
    ...{ kind: 'migrate', name: 'shrink', question: 'Is it migrated?', environment: 'production' },
    ...{ expect: '1s', timeout: '1m', schema: 'main', phase: 'contract', from: 2, to: 3 },
    ...{ run: 'true', verify: 'true' },
  };
  const pipeline = pipelineSchema.parse({ ...A_PIPELINE, stages: [shrink] });
  const opened = event('DeploymentRequested', { ...asked.data, pipeline, captures: { shrink: null } });
  expect(problemIn([opened, event('StageUndone', { stage: 'shrink', ...stays })])).toBeUndefined();
  expect(problemIn([opened, event('StageUndone', { stage: 'shrink', effect: 'nothing' })])).toBe(
    'shrink had begun, but nothing of it is undone',
  );
});
