import { CHECKS_ONLY, type CodePage } from '../codes/page.ts';
import { inWords } from '../in-words.ts';
import type { Step } from '../pipeline.ts';
import { isChange } from '../stage-class.ts';
import { isParallel } from '../steps.ts';
import type { Lint } from './lint.ts';

const LONGEST_SECONDS = 300;

const ALL_TESTS = `  - { name: integration, kind: command, question: Do the parts work together?, run: npm run it, expect: 6m }
  - { name: browser, kind: command, question: Does the shop work?, run: npm run browser, expect: 6m }
`;

const page: CodePage = {
  title: 'the first verdict comes late',
  explanation:
    'A team should know within five minutes whether a release is worth more time. Put a quick check first: types, lint, the fastest tests.',
  wrong: `${CHECKS_ONLY}${ALL_TESTS}`,
  right: `${CHECKS_ONLY}  - { name: types, kind: command, question: Do the types agree?, run: npx tsc, expect: 20s }
${ALL_TESTS}`,
};

/** The first verdict is expected within five minutes. */
export const earlyVerdict: Lint = {
  code: 'NE303',
  severity: 'warning',
  page,
  find({ pipeline, placed }) {
    const first = placed.find(({ stage }) => !isChange(stage));
    const seconds = secondsToVerdict(pipeline.stages);
    if (first === undefined || seconds <= LONGEST_SECONDS) return [];
    const message = `the first verdict is expected after ${inWords(seconds)}: expected at most ${inWords(LONGEST_SECONDS)}`;
    return [{ path: first.path, field: 'expect', message, hint: 'put a quicker check before it' }];
  },
};

function secondsToVerdict(steps: readonly Step[]): number {
  const index = steps.findIndex((step) => isParallel(step) || !isChange(step));
  const before = steps.slice(0, index).reduce((sum, step) => sum + secondsOf(step), 0);
  const first = steps[index];
  return first === undefined ? 0 : before + secondsOf(first);
}

/** Of a parallel group, the time until the first of its checks has answered. */
function secondsOf(step: Step): number {
  return isParallel(step) ? Math.min(...step.stages.map(({ expect }) => expect)) : step.expect;
}
