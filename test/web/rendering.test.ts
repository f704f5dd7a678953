import { type ComponentChild, h } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { describe, expect, test } from 'vitest';
import type { CommitDocument } from '../../lib/local/page/live-events.ts';
import { deploymentLine } from '../../lib/local/page/overview-document.ts';
import { Closed } from '../../web/app.tsx';
import { DeploymentPage } from '../../web/deployment/deployment-page.tsx';
import { Failures } from '../../web/deployment/failure-card.tsx';
import { GroupedView } from '../../web/deployment/grouped-view.tsx';
import { LogView } from '../../web/deployment/log-view.tsx';
import { consequenceOf } from '../../web/deployment/stop-dialog.tsx';
import type { Live } from '../../web/live/use-live.ts';
import { OverviewPage } from '../../web/overview/overview-page.tsx';
import { shown, shownLine } from '../../web/parts/text.ts';
import { asOf, at, ID, LIVE, STORY } from '../cli/sample-deployment.ts';

const COMMITS: readonly CommitDocument[] = STORY.map((fact, index) => ({
  stream: `deployment#${ID}`,
  seq: index + 1,
  at: at(index),
  commit: `append-${index + 1}`,
  prev: `${index}`.padStart(64, '0'),
  hash: `${index + 1}`.padStart(64, 'f'),
  events: [fact],
}));

/** The text of what is rendered, tags gone. */
const textOf = (rendered: ComponentChild): string =>
  renderToString(h('div', null, rendered))
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ');

test('a failure shows question, expected, observed, evidence, recovery, advice, what was undone and the command', () => {
  const text = textOf(h(Failures, { view: asOf(13).view }));
  for (const part of [
    'rollout-smoke failed: rejected',
    'Does it answer?',
    'status 200 from /',
    'status 500 from /',
    'compensate',
    'ask the revision for / on your machine',
    'rollout-place, acquire-production',
    'at line 3',
    'nonevent explain 7a31c9e0',
  ]) {
    expect(text).toContain(part);
  }
});

test('no failure shows nothing', () => {
  expect(renderToString(h(Failures, { view: asOf(9).view }))).toBe('');
});

test('the grouped view has every stage with its question, and its events with their seq', () => {
  const text = textOf(h(GroupedView, { view: asOf(13).view, commits: COMMITS, now: at(12) }));
  expect(text).toContain('Do the unit tests pass?');
  expect(text).toMatch(/10 04:12:09 StageFailed rollout-smoke rejected/);
  expect(text).toMatch(/13 04:12:12 DeploymentRolledBack/);
});

test('the log has every event with seq and hash, and dims what came after the moment looked at', () => {
  const html = renderToString(h(LogView, { deployment: ID, commits: COMMITS, seq: 5 }));
  expect(html.match(/<tr /g)).toHaveLength(13);
  expect(html.match(/class="later"/g)).toHaveLength(8);
  expect(html).toContain(`hash ${COMMITS[4]?.hash}`);
  expect(html).toContain(`<a href="/deployments/${ID}?view=log&amp;at=5"`);
});

describe('the page of a deployment', () => {
  const live: Live = { link: 'live', why: undefined, overview: undefined, deployment: ID, commits: COMMITS };
  const page = (at: number | undefined, commits = COMMITS): string =>
    textOf(
      h(DeploymentPage, {
        route: { page: 'deployment', deployment: ID, view: 'stages', at },
        live: { ...live, commits },
        token: '',
      }),
    );

  test('shows another moment, and how to get the same in a terminal', () => {
    expect(page(9)).toContain('Looking back: commit 9 of 13');
    expect(page(9)).toContain('Stands at rollout-smoke');
    expect(page(9)).toContain('nonevent replay 7a31c9e0 --at 9');
    expect(page(undefined)).toContain('As it is now: commit 13 of 13');
  });

  test('offers to stop what runs now, and nothing else', () => {
    expect(page(undefined, COMMITS.slice(0, 9))).toContain('Stop …');
    expect(page(3, COMMITS.slice(0, 9))).not.toContain('Stop …');
    expect(page(undefined)).not.toContain('Stop …');
  });

  test('says why where a history cannot be folded', () => {
    expect(page(undefined, COMMITS.slice(0, 1).concat(COMMITS.slice(5)))).toContain(
      'cannot be folded: commit 6',
    );
  });
});

test('the overview shows what is live, known good, who holds the lease and who is next, and each deployment', () => {
  const lease = { deployment: asOf(9).view.deployment, pipeline: 'storefront', fence: 1 };
  const deployment = 'c0ffee0000000000aaaa' as typeof lease.deployment;
  const queue = [{ deployment, pipeline: 'storefront', requestedAt: at(12) }];
  const text = textOf(
    h(OverviewPage, {
      overview: {
        schemaVersion: 1,
        environments: [
          {
            environment: 'production',
            lease,
            queue,
            pipelines: [{ pipeline: 'storefront', ...LIVE }],
            flags: [{ flag: 'gift-wrapping', value: 'true', actor: 'ada' }],
            schemas: [{ schema: 'products', served: [3, 4] }],
          },
        ],
        deployments: [deploymentLine(asOf(13))],
      },
    }),
  );
  expect(text).toMatch(/production storefront 1\.0\.0 7a990000 – held by 7a31c9e0 then c0ffee00/);
  expect(text).toMatch(
    /Flags and schemas .* production flag gift-wrapping true ada production schema products serves 3, 4/,
  );
  expect(text).toMatch(/7a31c9e0 storefront 2\.0\.0 ✖ rolled back rollout-smoke rejected/);
});

test('stopping says what it undoes', () => {
  expect(consequenceOf(asOf(3).view)).toBe('Stopping it ends it. Nothing has been changed so far.');
  expect(consequenceOf(asOf(9).view)).toBe(
    'Stopping it undoes, newest first: rollout-place, acquire-production.',
  );
});

test('without a good token the page says which link to open', () => {
  expect(textOf(h(Closed, {}))).toContain('nonevent dev');
});

describe('text that was recorded', () => {
  test('is text, whatever it holds', () => {
    const view = asOf(13).view;
    const release = { ...view.release, version: '<img src=x onerror=alert(1)>' };
    const html = renderToString(
      h(GroupedView, { view: { ...view, release }, commits: COMMITS, now: at(12) }),
    );
    expect(html).not.toContain('<img');
    const overview = {
      schemaVersion: 1 as const,
      environments: [],
      deployments: [{ ...deploymentLine(asOf(13)), release }],
    };
    expect(renderToString(h(OverviewPage, { overview }))).toContain('&lt;img src=x');
  });

  test('shows characters that would turn or hide what is around them', () => {
    expect(shownLine('a\u202eb\u0007c\nd')).toBe('a\uFFFDb\uFFFDc d');
    expect(shown('one\r\ntwo\u2066')).toBe('one\ntwo\uFFFD');
  });
});
