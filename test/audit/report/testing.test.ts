import { expect, it } from 'vitest';
import { testingOf } from '../../../lib/audit/report/testing.ts';
import type { Event } from '../../../lib/history/events.ts';
import { replay } from '../../../lib/lifecycle/replay.ts';
import { SUCCEEDS } from '../sample-history.ts';

function testing(commits: readonly (readonly Event[])[], change: (found: Event) => Event = (found) => found) {
  const recorded = commits.map((events, index) => ({
    seq: index + 1,
    at: '2026-11-23T04:00:00.000Z',
    events: events.map(change),
  }));
  return testingOf(recorded, replay(recorded).view);
}

it('is tested where every enforcing check before the first change had passed', () => {
  expect(testing(SUCCEEDS)).toEqual({ kind: 'tested', checks: ['unit-tests'] });
});

it('is nothing to test while only the lease was taken', () => {
  expect(testing(SUCCEEDS.slice(0, 5))).toEqual({ kind: 'changedNothing' });
});

it('is untested where the verdict of a check that let it on was no pass', () => {
  const forged = testing(SUCCEEDS, (found) =>
    found.type === 'StagePassed' && found.data.stage === 'unit-tests'
      ? { ...found, data: { ...found.data, judgement: { ...found.data.judgement, verdict: 'fail' } } }
      : found,
  );
  expect(forged).toEqual({ kind: 'untested', missing: ['unit-tests'] });
});

it('is untested where no enforcing check stands before the first change', () => {
  const advisory = testing(SUCCEEDS, (found) =>
    found.type === 'DeploymentRequested'
      ? {
          ...found,
          data: {
            ...found.data,
            pipeline: {
              ...found.data.pipeline,
              stages: found.data.pipeline.stages.map((stage) =>
                'mode' in stage ? { ...stage, mode: 'advisory' as const } : stage,
              ),
            },
          },
        }
      : found,
  );
  expect(advisory).toEqual({ kind: 'untested', missing: [] });
});
