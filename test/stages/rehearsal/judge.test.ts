import { describe, expect, it } from 'vitest';
import { rehearsalStage } from '../../../lib/pipeline/kinds/rehearsal.ts';
import type { Rehearsed } from '../../../lib/stages/rehearsal/evidence.ts';
import { judgeRehearsal } from '../../../lib/stages/rehearsal/judge.ts';

const OLD = '1.0.0-aaaaaaaa';
const NEW = '2.0.0-bbbbbbbb';
const WRITTEN = {
  kind: 'rehearsal',
  name: 'rehearsed',
  question: 'Can it be taken back?',
  expect: '4s',
  timeout: '1m',
  environment: 'staging',
  within: '2s',
  ratio: 0.5,
};
const STAGE = rehearsalStage.parse(WRITTEN);
const tally = (requests: number, failed = 0) => ({
  requests,
  failed,
  firstFailure: failed === 0 ? null : 'status 500',
});

/** A rehearsal without a fault, but for what is given. */
function rehearsed(given: Partial<Rehearsed> = {}): Rehearsed {
  const running = [OLD, NEW];
  return {
    rehearsed: true,
    before: { [OLD]: 100 },
    found: { weights: { [NEW]: 100 }, running, exits: 0 },
    back: { milliseconds: 3.5, now: { weights: { [OLD]: 100 }, running, exits: 0 } },
    forward: { milliseconds: 2.5, now: { weights: { [NEW]: 100 }, running, exits: 0 } },
    rollForwardMilliseconds: 700,
    load: { path: '/', found: tally(20), back: tally(21), forward: tally(19) },
    ...given,
  };
}

describe('the verdict of a rehearsal', () => {
  it('is a pass with all figures where it was fast, whole and left things as they were', () => {
    expect(judgeRehearsal(STAGE, rehearsed())).toEqual({
      verdict: 'pass',
      expected: 'staging back within 2s and 0.5 x the roll-forward, as it was before, and no request failed',
      observed:
        'back in 3.5 ms, forward again in 2.5 ms; the roll-forward took 700 ms; none of 60 requests failed',
    });
  });

  const { back, forward } = rehearsed();
  const one = { ...back.now, running: [NEW], exits: 1 };
  it.each<[string, Partial<Rehearsed>]>([
    [
      'back took 2001 ms, longer than 2s',
      { back: { ...back, milliseconds: 2001 }, rollForwardMilliseconds: 9000 },
    ],
    [
      'back took 351 ms, longer than 0.5 x the roll-forward of 700 ms',
      { back: { ...back, milliseconds: 351 } },
    ],
    [
      '2 of 60 requests failed: status 500',
      { load: { path: '/', found: tally(20), back: tally(21, 2), forward: tally(19) } },
    ],
    [
      `after the way back the traffic is ${OLD} 90 %, ${NEW} 10 %, not ${OLD} 100 %`,
      { back: { ...back, now: { ...back.now, weights: { [OLD]: 90, [NEW]: 10 } } } },
    ],
    [
      `after the way forward the traffic is ${OLD} 100 %, not ${NEW} 100 %`,
      { forward: { ...forward, now: back.now } },
    ],
    [
      `after the way back ${OLD} no longer runs; after the way back a revision had ended by itself once`,
      { back: { ...back, now: one } },
    ],
    [
      'after the way forward other runs, which did not',
      { forward: { ...forward, now: { ...forward.now, running: [OLD, NEW, 'other'] } } },
    ],
  ])('is a fail: %s', (observed, given) => {
    expect(judgeRehearsal(STAGE, rehearsed(given))).toMatchObject({ verdict: 'fail', observed });
  });

  it.each<[string, unknown]>([
    ['no readable evidence', null],
    ['no readable evidence', { rehearsed: true }],
    ['the history does not say what the roll-forward took', rehearsed({ rollForwardMilliseconds: null })],
    [
      'no request ended on the side back: send more, or for longer',
      rehearsed({ load: { path: '/', found: tally(1), back: tally(0), forward: tally(1) } }),
    ],
    ['it has no address', { rehearsed: false, isFirst: false, problem: 'it has no address' }],
    [
      'nothing was live; with `firstDeployment: pass` in the stage the first deployment passes',
      { rehearsed: false, isFirst: true, problem: 'nothing was live' },
    ],
  ])('is inconclusive: %s', (observed, evidence) => {
    expect(judgeRehearsal(STAGE, evidence as never)).toMatchObject({ verdict: 'inconclusive', observed });
  });

  it('is a pass for the very first deployment only where the stage says so', () => {
    const stage = rehearsalStage.parse({ ...WRITTEN, firstDeployment: 'pass' });
    const nothing = (isFirst: boolean) => ({ rehearsed: false, isFirst, problem: 'nothing was live' });
    expect(judgeRehearsal(stage, nothing(true))).toMatchObject({
      verdict: 'pass',
      observed: 'nothing was live',
    });
    expect(judgeRehearsal(stage, nothing(false)).verdict).toBe('inconclusive');
  });
});

it.each([
  [{ mode: 'shadow' }, 'expected enforcing: only a failure puts broken-off traffic right'],
  [{ for: '61s' }, 'expected at most 60s'],
  [{ requestsPerSecond: 201 }, 'Too big: expected number to be <=200'],
  [{ path: 'health' }, 'expected a path such as /health'],
])('refuses %o', (given, message) => {
  expect(rehearsalStage.safeParse({ ...WRITTEN, ...given }).error?.issues[0]?.message).toBe(message);
});
