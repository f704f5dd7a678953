import { CHECKED, type CodePage } from '../codes/page.ts';
import type { Expanded } from '../expand.ts';
import type { Lint } from './lint.ts';

const page: CodePage = {
  title: 'a placed revision never gets all of the traffic',
  explanation:
    'A deployment that succeeds leaves one revision live. After every place stage, the last shift in its environment is the one to 100.',
  wrong: `${CHECKED}  - { name: start, kind: place }
  - { name: half, kind: shift, percent: 50 }
`,
  right: `${CHECKED}  - { name: start, kind: place }
  - { name: half, kind: shift, percent: 50 }
  - { name: all, kind: shift, percent: 100 }
`,
};

/** Every revision that is placed has all of the traffic at the end. */
export const endsAtAll: Lint = {
  code: 'NE309',
  severity: 'error',
  page,
  find: ({ placed }) =>
    placed.flatMap(({ stage, path }, index) => {
      if (stage.kind !== 'place') return [];
      const last = lastShare(placed.slice(index + 1), stage.environment);
      if (last === 100) return [];
      const message = `the revision of ${stage.name} ends with ${last} % of the traffic in ${stage.environment}: expected 100 %`;
      return [{ path, field: 'name', message, hint: 'end with a shift stage of percent: 100' }];
    }),
};

function lastShare(after: Expanded['placed'], environment: string): number {
  const last = after
    .map(({ stage }) => stage)
    .findLast((stage) => stage.kind === 'shift' && stage.environment === environment);
  return last?.kind === 'shift' ? last.percent : 0;
}
