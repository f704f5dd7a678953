import { h } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { expect, test } from 'vitest';
import { event } from '../../lib/history/events.ts';
import { GroupedView } from '../../web/deployment/grouped-view.tsx';
import { asOf, at, EARLIER_ID, STORY } from '../cli/sample-deployment.ts';

const judgement = { verdict: 'pass', expected: 'exit code 0', observed: 'exit code 0' } as const;
const REUSED = event('StageReused', {
  stage: 'unit-tests',
  from: EARLIER_ID,
  evidence: { exitCode: 0 },
  judgement,
  because: 'same definition, same release',
});
const AGAIN = event('StageStarted', { stage: 'rollout-smoke', attempt: 1, notReused: 'it asks the world' });

test('a check that was taken over links to what found it, and one that was not says why', () => {
  const story = [...STORY.slice(0, 2), REUSED, ...STORY.slice(4, 8), AGAIN];
  const { view } = asOf(story.length, story);
  const page = renderToString(h(GroupedView, { view, commits: [], now: at(60) }));
  expect(page).toContain(`href="/deployments/${EARLIER_ID}"`);
  const text = page.replaceAll(/<[^>]*>/g, '');
  expect(text).toContain('Reused from 7a990000: same definition, same release');
  expect(text).toContain('Performed again: it asks the world');
});
