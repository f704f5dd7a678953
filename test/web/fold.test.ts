import { describe, expect, test } from 'vitest';
import { event } from '../../lib/history/events.ts';
import { replay } from '../../lib/lifecycle/replay.ts';
import { deploymentLine, type EnvironmentLine } from '../../lib/local/page/overview-document.ts';
import { answersOf, leafInWords, overallAnswers } from '../../web/fold/answers.ts';
import { foldAt } from '../../web/fold/fold-at.ts';
import { withMessage } from '../../web/live/use-live.ts';
import { spansOf } from '../../web/timeline/spans.ts';
import { asOf, at, LIVE, REJECTED, STORY } from '../cli/sample-deployment.ts';

const COMMITS = STORY.map((fact, index) => ({ seq: index + 1, at: at(index), events: [fact] }));
const PRODUCTION: readonly EnvironmentLine[] = [
  {
    environment: 'production',
    lease: null,
    queue: [],
    pipelines: [{ pipeline: 'storefront', ...LIVE }],
    flags: [],
    schemas: [],
  },
];

describe('the time slider', () => {
  test('folds to any commit as a replay of the commits up to it does', () => {
    for (const { seq } of COMMITS) {
      const folded = foldAt(COMMITS, seq);
      const { state, view } = replay(COMMITS.slice(0, seq));
      expect(folded).toMatchObject({ ok: true, seq, last: 13, at: at(seq - 1), deployment: { state, view } });
    }
  });

  test('is at the last commit where none is named, and where one beyond the end is', () => {
    expect(foldAt(COMMITS, undefined)).toMatchObject({ seq: 13 });
    expect(foldAt(COMMITS, 99)).toMatchObject({ seq: 13 });
  });

  test('has nothing to fold before the first commit', () => {
    expect(foldAt([], undefined)).toBeUndefined();
  });

  test('says where a history cannot be folded', () => {
    const broken = COMMITS.filter(({ seq }) => seq !== 2);
    expect(foldAt(broken, undefined)).toEqual({
      ok: false,
      why: 'commit 3 records unit-tests.started in state requested, where it is not legal',
    });
  });
});

describe('what somebody wants to know first', () => {
  const answersAfter = (count: number) => answersOf(deploymentLine(asOf(count)), PRODUCTION);

  test('while it runs', () => {
    expect(answersAfter(9)).toEqual({
      live: { tone: 'good', text: '1.0.0', more: 'in production' },
      wrong: { tone: 'good', text: 'Nothing' },
      doing: { tone: 'active', text: 'running rollout-smoke', more: '3 of 4 stages passed' },
    });
  });

  test('while it is rolled back', () => {
    expect(answersAfter(10)).toMatchObject({
      wrong: { tone: 'bad', text: 'rollout-smoke was rejected', more: 'observed status 500 from /' },
      doing: { tone: 'active', text: 'undoing rollout-place' },
    });
  });

  test('when it was rolled back', () => {
    expect(answersAfter(13).doing).toEqual({
      tone: 'warning',
      text: 'Rolled back',
      more: 'every change was undone; nothing needs to be done at once',
    });
  });

  test('when a rollback that somebody asked for is done: nothing is wrong', () => {
    const rolledBack = { ...deploymentLine(asOf(13)), kind: 'rollback' as const, failure: null };
    expect(answersOf(rolledBack, PRODUCTION)).toMatchObject({
      wrong: { tone: 'good', text: 'Nothing' },
      doing: { tone: 'good', text: 'Rolled back' },
    });
    expect(overallAnswers([rolledBack], PRODUCTION).doing.text).toBe('Nothing');
  });

  test('when an undo failed for good: that comes before all else', () => {
    const story = [...STORY.slice(0, 10), event('UndoFailed', { stage: 'rollout-place', failure: REJECTED })];
    const stuck = deploymentLine(asOf(11, story));
    expect(answersOf(stuck, PRODUCTION).wrong.text).toBe('undo of rollout-place failed for good');
  });

  test('of everything: a pipeline that fails comes before one that is calm, and only its newest counts', () => {
    const failing = deploymentLine(asOf(10));
    const calm = { ...failing, pipeline: 'other', outcome: 'succeeded' as const, failure: null };
    const mended = { ...failing, outcome: 'succeeded' as const, failure: null };
    expect(overallAnswers([calm, failing], PRODUCTION).wrong.text).toBe(
      'storefront 2.0.0: rollout-smoke was rejected',
    );
    expect(overallAnswers([calm, mended, failing], PRODUCTION).wrong.text).toBe('Nothing');
    expect(overallAnswers([calm, mended, failing], PRODUCTION).doing.text).toBe('Nothing');
  });

  test.each([
    ['requested', 'starting'],
    ['unit-tests', 'running unit-tests'],
    ['undo place', 'undoing place'],
    ['conclude rollback', 'concluding'],
  ])('leaf %s is %s', (leaf, words) => {
    expect(leafInWords(leaf)).toBe(words);
  });
});

describe('the timeline', () => {
  test('has a span for each attempt and each undo', () => {
    expect(spansOf(COMMITS)).toEqual([
      { stage: 'unit-tests', lane: 'forward', from: at(2), to: at(3), ended: 'passed' },
      { stage: 'acquire-production', lane: 'forward', from: at(4), to: at(5), ended: 'passed' },
      { stage: 'rollout-place', lane: 'forward', from: at(6), to: at(7), ended: 'passed' },
      { stage: 'rollout-smoke', lane: 'forward', from: at(8), to: at(9), ended: 'failed' },
      { stage: 'rollout-place', lane: 'undo', from: at(9), to: at(10), ended: 'undone' },
      { stage: 'acquire-production', lane: 'undo', from: at(10), to: at(11), ended: 'undone' },
    ]);
  });

  test('leaves a span open that goes on', () => {
    expect(spansOf(COMMITS.slice(0, 9)).at(-1)).toMatchObject({ stage: 'rollout-smoke', to: undefined });
  });
});

test('a commit that comes twice, or out of turn, changes nothing', () => {
  const live = {
    link: 'live' as const,
    why: undefined,
    overview: undefined,
    deployment: undefined,
    commits: [],
  };
  const commit = (seq: number) => ({ event: 'commit', id: String(seq), data: JSON.stringify({ seq }) });
  const heard = [1, 2, 2, 1, 4, 3].map(commit).reduce(withMessage, live);
  expect(heard.commits.map(({ seq }) => seq)).toEqual([1, 2, 3]);
});
