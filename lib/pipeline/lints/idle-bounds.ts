import { CHECKED, type CodePage } from '../codes/page.ts';
import type { PlacedStage } from '../expand.ts';
import type { AnalysisStage } from '../kinds/analysis.ts';
import type { Lint, LintFinding } from './lint.ts';

const rollout = (errorRate: string): string => `${CHECKED}  - name: rollout
    kind: canary
    steps: [10, 100]
    analysis: { for: 1m, minRequests: 20, errorRate: ${errorRate} }
`;

const page: CodePage = {
  title: 'a bound that can never reject',
  explanation:
    'A share is written `1%` or `0.01`; a bare `1` is 100 %. No more than all requests can fail, so a bound of 100 % on the error rate holds whatever happens.',
  wrong: rollout('{ max: 1 }'),
  right: rollout('{ max: 1% }'),
};

/** Every bound on the error rate could be violated. */
export const idleBounds: Lint = {
  code: 'NE314',
  severity: 'error',
  page,
  find: ({ placed }) => placed.filter(isFirstOfItsStep).flatMap(findingsOf),
};

/** The steps of a canary all have the bounds that were written once. */
function isFirstOfItsStep(
  { stage, path }: PlacedStage,
  index: number,
  placed: readonly PlacedStage[],
): boolean {
  return index === placed.findIndex((other) => other.stage.kind === stage.kind && other.path === path);
}

function findingsOf({ stage, path, sugar }: PlacedStage): readonly LintFinding[] {
  if (stage.kind !== 'analysis') return [];
  const where = [...path, ...(sugar ? ['analysis'] : []), 'errorRate'];
  return BOUNDS.filter((bound) => (stage.errorRate?.[bound] ?? 0) >= 1).map((bound) => ({
    path: where,
    field: bound,
    message: `${bound} is 100 %, which no error rate is above: expected less`,
    hint: 'a bare 1 means 100 %: write 1% or 0.01 for one in a hundred, or leave the bound out',
  }));
}

const BOUNDS = ['max', 'maxIncrease'] as const satisfies readonly (keyof NonNullable<
  AnalysisStage['errorRate']
>)[];
