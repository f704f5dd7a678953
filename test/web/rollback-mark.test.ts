import { type ComponentChild, h } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { expect, test } from 'vitest';
import { type Event, event } from '../../lib/history/events.ts';
import type { CommitDocument } from '../../lib/local/page/live-events.ts';
import { deploymentLine } from '../../lib/local/page/overview-document.ts';
import { DeploymentPage } from '../../web/deployment/deployment-page.tsx';
import { standingOf } from '../../web/machine/standing.ts';
import { OverviewPage } from '../../web/overview/overview-page.tsx';
import { asOf, at, EARLIER_ID, ID, requestedBy } from '../cli/sample-deployment.ts';

const asked = requestedBy(ID, '2.0.0');
const ROLLBACK: readonly Event[] = [
  event('DeploymentRequested', {
    ...(asked.type === 'DeploymentRequested' ? asked.data : expect.unreachable()),
    kind: 'rollback',
    of: EARLIER_ID,
    captures: { 'acquire-production': null, 'rollout-place': null },
  }),
  event('DeploymentStarted', { entry: 'rollback' }),
  event('RollbackAdmitted', { environments: [] }),
  event('StageUndone', { stage: 'rollout-place', effect: 'undone' }),
  event('StageUndone', { stage: 'acquire-production', effect: 'undone' }),
  event('DeploymentRolledBack', {
    summary: {
      stages: {
        'unit-tests': 'pending',
        'acquire-production': 'undone',
        'rollout-place': 'undone',
        'rollout-smoke': 'pending',
      },
      failedStage: null,
    },
  }),
];

test('a rollback that is done is marked as done, in the overview and on its own page', () => {
  const overview = {
    schemaVersion: 1 as const,
    environments: [],
    deployments: [deploymentLine(asOf(6, ROLLBACK))],
  };
  expect(textOf(h(OverviewPage, { overview }))).toContain('2.0.0 rollback ✔ rolled back');
  const commits: readonly CommitDocument[] = ROLLBACK.map((fact, index) => ({
    stream: `deployment#${ID}`,
    seq: index + 1,
    at: at(index),
    commit: `append-${index + 1}`,
    prev: '',
    hash: '',
    events: [fact],
  }));
  const page = h(DeploymentPage, {
    route: { page: 'deployment', deployment: ID, view: 'stages', at: undefined },
    live: { link: 'live', why: undefined, overview: undefined, deployment: ID, commits },
    token: '',
  });
  expect(textOf(page)).toMatch(/storefront 2\.0\.0 ✔ rolled back ·/);
});

test('the machine marks where a rollback ended as done', () => {
  expect(standingOf(asOf(6, ROLLBACK), 'rolledBack')).toMatchObject({ symbol: '✔', word: 'ended here' });
});

function textOf(rendered: ComponentChild): string {
  return renderToString(h('div', null, rendered))
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ');
}
