import { CHECKS_ONLY, type CodePage } from '../codes/page.ts';
import type { PlacedStage } from '../expand.ts';
import { inWords } from '../in-words.ts';
import { isChange } from '../stage-class.ts';
import type { Lint, LintFinding } from './lint.ts';

const SLOW =
  '  - { name: integration, kind: command, question: Do the parts work together?, run: npm run it, expect: 50s }\n';
const FAST = '  - { name: types, kind: command, question: Do the types agree?, run: npx tsc, expect: 20s }\n';

const page: CodePage = {
  title: 'a costly check runs before a cheaper one',
  explanation:
    'Checks that do not depend on each other run from the cheapest to the costliest, so that most faults are found early. A check depends on what comes before it where a change lies between them, or where it works on an artifact that was made between them.',
  wrong: `${CHECKS_ONLY}${SLOW}${FAST}`,
  right: `${CHECKS_ONLY}${FAST}${SLOW}`,
};

/** In every run of checks without a change in between, the cheaper ones come first. */
export const cheapestFirst: Lint = {
  code: 'NE302',
  severity: 'warning',
  page,
  find: ({ placed }) => checkRuns(placed).flatMap((run) => run.flatMap((_, index) => costlier(run, index))),
};

/** Checks next to each other. A parallel group and what sugar expands to cannot be reordered and end a run. */
function checkRuns(placed: readonly PlacedStage[]): readonly (readonly PlacedStage[])[] {
  const runs: PlacedStage[][] = [[]];
  for (const one of placed) {
    if (isChange(one.stage) || one.group !== undefined || one.sugar) runs.push([]);
    else runs.at(-1)?.push(one);
  }
  return runs;
}

function costlier(run: readonly PlacedStage[], index: number): readonly LintFinding[] {
  const first = run[index];
  if (first === undefined) return [];
  const later = run.slice(index + 1).find((candidate, distance) => {
    const between = run.slice(index, index + 1 + distance);
    return candidate.stage.expect < first.stage.expect && !worksOnArtifact(candidate, between);
  });
  if (later === undefined) return [];
  const message = `${first.stage.name} (${inWords(first.stage.expect)}) runs before ${later.stage.name} (${inWords(later.stage.expect)}): the cheaper check first`;
  return [
    {
      path: first.path,
      field: 'expect',
      message,
      hint: `move ${later.stage.name} before ${first.stage.name}`,
    },
  ];
}

function worksOnArtifact({ stage }: PlacedStage, between: readonly PlacedStage[]): boolean {
  const makesArtifact = between.some(
    (one) => one.stage.kind === 'command' && one.stage.artifact !== undefined,
  );
  return stage.kind === 'command' && makesArtifact;
}
