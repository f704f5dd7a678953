import { CHECKED, type CodePage } from '../codes/page.ts';
import type { Stage } from '../stage.ts';
import { hasBound } from '../sugar/bounds.ts';
import type { Lint } from './lint.ts';

const page: CodePage = {
  title: 'there is no new revision yet',
  explanation:
    'A shift, an analysis of traffic, and an http check that asks the new revision need a revision: a place stage comes before them in the same environment. canary and blueGreen begin with one.',
  wrong: `${CHECKED}  - { name: all-traffic, kind: shift, percent: 100 }
`,
  right: `${CHECKED}  - { name: start, kind: place }
  - { name: all-traffic, kind: shift, percent: 100 }
`,
};

/** What concerns the new revision comes after the stage that places it. */
export const placedFirst: Lint = {
  code: 'NE307',
  severity: 'error',
  page,
  find: ({ placed }) =>
    placed.flatMap(({ stage, path }, index) => {
      const environment = revisionNeededIn(stage);
      const isPlaced = placed
        .slice(0, index)
        .some((before) => before.stage.kind === 'place' && before.stage.environment === environment);
      if (environment === undefined || isPlaced) return [];
      const message = `${stage.name} needs a new revision in ${environment}: expected a place stage before it`;
      const hint =
        stage.kind === 'http'
          ? 'put a place stage before it, or ask the address that users see with through: router'
          : 'put a place stage before it';
      return [{ path, field: 'kind', message, hint }];
    }),
};

function revisionNeededIn(stage: Stage): string | undefined {
  switch (stage.kind) {
    case 'shift':
      return stage.environment;
    case 'analysis':
      // Metrics and alarms may be about any change.
      return hasBound(stage.errorRate, stage.p95) ? stage.environment : undefined;
    case 'http':
      return stage.through === 'revision' && stage.url.startsWith('/') ? stage.environment : undefined;
    case 'command':
    case 'compatibility':
    case 'custom':
    case 'flag':
    case 'function':
    case 'migrate':
    case 'parity':
    case 'rehearsal':
    case 'acquire':
    case 'place':
      return undefined;
    default:
      return stage satisfies never;
  }
}
