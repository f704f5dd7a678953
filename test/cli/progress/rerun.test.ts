import { describe, expect, test } from 'vitest';
import { PLAIN } from '../../../lib/cli/output/style.ts';
import { changeLines } from '../../../lib/cli/progress/change-lines.ts';
import { stageLines } from '../../../lib/cli/progress/stage-list.ts';
import { explanation } from '../../../lib/cli/reading/explanation.ts';
import { statusDocument } from '../../../lib/cli/reading/status-document.ts';
import { type Event, event } from '../../../lib/history/events.ts';
import { eventInWords } from '../../../lib/lifecycle/wording/event-in-words.ts';
import { asOf, at, EARLIER_ID, ID, LIVE, requestedBy, STORY } from '../sample-deployment.ts';

const [REQUESTED] = [requestedBy(ID, '2.0.0')];
if (REQUESTED.type !== 'DeploymentRequested') throw new Error('expected an opening');

/** The unit tests are taken over, the smoke test is performed again and fails. */
const RERUN: readonly Event[] = [
  event('DeploymentRequested', { ...REQUESTED.data, of: EARLIER_ID, from: 'rollout-smoke' }),
  event('DeploymentStarted', { entry: 'forward' }),
  event('StageReused', {
    stage: 'unit-tests',
    from: EARLIER_ID,
    evidence: { exitCode: 0 },
    judgement: { verdict: 'pass', expected: 'exit code 0', observed: 'exit code 0' },
    because: 'same definition, same release',
  }),
  ...STORY.slice(4, 8),
  event('StageStarted', {
    stage: 'rollout-smoke',
    attempt: 1,
    notReused: 'it was asked to run again from rollout-smoke on',
  }),
  ...STORY.slice(9),
];

describe('a rerun', () => {
  test('lists a check that was taken over with where from, and why that holds', () => {
    const lines = stageLines(asOf(3, RERUN).view, { now: at(3), columns: 90, style: PLAIN });
    expect(lines.slice(0, 2)).toEqual([
      '  ✔ reused      unit-tests          Do the unit tests pass?',
      '                                    reused from 7a990000: same definition, same release',
    ]);
  });

  test('says as it goes what is taken over, and why the rest is performed again', () => {
    const changed = (count: number) =>
      changeLines(asOf(count - 1, RERUN), asOf(count, RERUN), at(count - 1), PLAIN);
    expect([changed(3), changed(8)].flat()).toEqual([
      '04:12:02  ✔ reused      unit-tests  reused from 7a990000: same definition, same release',
      '04:12:07  ▸ running     rollout-smoke  Does it answer?  (again: it was asked to run again from rollout-smoke on)',
    ]);
  });

  test('is explained with where the evidence is', () => {
    const { view } = asOf(RERUN.length, RERUN);
    const lines = explanation(view, RERUN, { production: LIVE }, at(60), PLAIN);
    expect(lines.slice(lines.findIndex((line) => line.startsWith('  reused')))).toEqual(
      expect.arrayContaining([
        '  reused        unit-tests: reused from 7a990000: same definition, same release; its evidence: nonevent history 7a990000',
        '  run again     rollout-smoke: it was asked to run again from rollout-smoke on',
      ]),
    );
  });

  test('is a document that names what it runs again, and each check that was taken over', () => {
    const document = statusDocument(asOf(RERUN.length, RERUN), { production: LIVE }) as {
      readonly stages: readonly object[];
    };
    expect(document).toMatchObject({ of: EARLIER_ID, from: 'rollout-smoke' });
    expect(document.stages[0]).toMatchObject({
      state: 'reused',
      reused: { from: EARLIER_ID, because: 'same definition, same release' },
      notReused: null,
    });
  });

  test('is told by its events in words', () => {
    expect([RERUN[0], RERUN[2], RERUN[7]].map((fact) => fact && eventInWords(fact))).toEqual([
      'storefront 2.0.0, rerun of 7a990000 from rollout-smoke on, by ada (cli)',
      'unit-tests, from deployment 7a99000000000000aaaa: same definition, same release',
      'rollout-smoke, attempt 1, again because it was asked to run again from rollout-smoke on',
    ]);
  });
});
