import { CHECKS_ONLY, type CodePage } from '../codes/page.ts';
import { inWords } from '../in-words.ts';
import { isChange } from '../stage-class.ts';
import { isParallel } from '../steps.ts';
import type { Lint } from './lint.ts';

/** A check that takes no longer than this is not worth splitting. */
const NEGLIGIBLE_SECONDS = 60;

const page: CodePage = {
  title: 'one check takes most of the time',
  explanation:
    'A check that is expected to take more than half of the whole pipeline, and more than a minute, is where the time goes. Split it, run its parts side by side in a parallel group, or move what is rarely wrong to a later stage.',
  wrong: `${CHECKS_ONLY}  - { name: types, kind: command, question: Do the types agree?, run: npx tsc, expect: 20s }
  - { name: browser, kind: command, question: Does the shop work?, run: npm run browser, expect: 10m }
`,
  right: `${CHECKS_ONLY}  - { name: types, kind: command, question: Do the types agree?, run: npx tsc, expect: 20s }
  - { name: basket, kind: command, question: Does the basket work?, run: npm run basket, expect: 1m }
  - { name: orders, kind: command, question: Do orders work?, run: npm run orders, expect: 1m }
`,
};

/** No check is expected to take more than half of the whole. */
export const dominatingCheck: Lint = {
  code: 'NE304',
  severity: 'warning',
  page,
  find({ pipeline, placed }) {
    const whole = pipeline.stages.reduce(
      (sum, step) =>
        sum + (isParallel(step) ? Math.max(...step.stages.map(({ expect }) => expect)) : step.expect),
      0,
    );
    if (pipeline.stages.length === 1) return [];
    return placed
      .filter(
        ({ stage }) => !isChange(stage) && stage.expect > NEGLIGIBLE_SECONDS && stage.expect > whole / 2,
      )
      .map(({ stage, path }) => ({
        path,
        field: 'expect',
        message: `${stage.name} is expected to take ${inWords(stage.expect)} of ${inWords(whole)}: expected at most half`,
        hint: 'split it, or run its parts in a parallel group',
      }));
  },
};
