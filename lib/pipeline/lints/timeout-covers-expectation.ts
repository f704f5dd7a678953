import { CHECKS_ONLY, type CodePage } from '../codes/page.ts';
import { inWords } from '../in-words.ts';
import type { Stage } from '../stage.ts';
import type { Lint } from './lint.ts';

const page: CodePage = {
  title: 'a timeout is shorter than the expected time',
  explanation:
    'A stage that takes as long as it is expected to would be ended by its own timeout. An analysis also needs the whole time that it observes.',
  wrong: `${CHECKS_ONLY}  - name: unit-tests
    kind: command
    question: Do the unit tests pass?
    run: npm test
    expect: 2m
    timeout: 30s
`,
  right: `${CHECKS_ONLY}  - name: unit-tests
    kind: command
    question: Do the unit tests pass?
    run: npm test
    expect: 2m
    timeout: 10m
`,
};

/** No stage is ended by its timeout while everything is as expected. */
export const timeoutCoversExpectation: Lint = {
  code: 'NE306',
  severity: 'error',
  page,
  find: ({ placed }) =>
    placed
      .filter(({ stage }) => stage.timeout < needed(stage))
      .map(({ stage, path }) => ({
        path,
        field: 'timeout',
        message: `the timeout of ${stage.name} is ${inWords(stage.timeout)}: expected at least ${inWords(needed(stage))}, the time it takes`,
      })),
};

function needed(stage: Stage): number {
  if (stage.kind === 'rehearsal') return Math.max(stage.expect, 3 * stage.for);
  return stage.kind === 'analysis' ? Math.max(stage.expect, stage.for) : stage.expect;
}
