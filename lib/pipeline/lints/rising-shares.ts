import { CHECKED, type CodePage } from '../codes/page.ts';
import type { PlacedStage } from '../expand.ts';
import type { Lint } from './lint.ts';

const page: CodePage = {
  title: 'the share of the traffic goes down',
  explanation:
    'Going forward, the new revision gets more and more of the traffic. Giving it less is what the undo lane does by itself.',
  wrong: `${CHECKED}  - { name: start, kind: place }
  - { name: half, kind: shift, percent: 50 }
  - { name: tenth, kind: shift, percent: 10 }
  - { name: all, kind: shift, percent: 100 }
`,
  right: `${CHECKED}  - { name: start, kind: place }
  - { name: tenth, kind: shift, percent: 10 }
  - { name: half, kind: shift, percent: 50 }
  - { name: all, kind: shift, percent: 100 }
`,
};

/** Shares of the traffic rise. */
export const risingShares: Lint = {
  code: 'NE308',
  severity: 'warning',
  page,
  find: ({ placed }) =>
    placed.flatMap(({ stage, path }, index) => {
      if (stage.kind !== 'shift') return [];
      const before = shareBefore(placed.slice(0, index), stage.environment);
      if (stage.percent >= before) return [];
      const message = `${stage.name} goes down from ${before} % to ${stage.percent} %: expected shares that rise`;
      return [{ path, field: 'percent', message }];
    }),
};

/** The share that the revision placed last has at this point. */
function shareBefore(placed: readonly PlacedStage[], environment: string): number {
  const last = placed
    .map(({ stage }) => stage)
    .findLast(
      (stage) => (stage.kind === 'shift' || stage.kind === 'place') && stage.environment === environment,
    );
  return last?.kind === 'shift' ? last.percent : 0;
}
