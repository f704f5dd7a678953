import { CHECKS_ONLY, type CodePage } from '../codes/page.ts';
import { isChange } from '../stage-class.ts';
import type { Lint } from './lint.ts';

const page: CodePage = {
  title: 'no check can stop a deployment',
  explanation:
    'Every check is shadow or advisory: their verdicts are recorded and stop nothing. That is how a check begins its life, but at least one has to be enforcing.',
  wrong: `${CHECKS_ONLY}  - name: unit-tests
    kind: command
    question: Do the unit tests pass?
    run: npm test
    mode: shadow
`,
  right: `${CHECKS_ONLY}  - name: unit-tests
    kind: command
    question: Do the unit tests pass?
    run: npm test
    mode: enforcing
`,
};

/** At least one check is enforcing. */
export const enforcingCheck: Lint = {
  code: 'NE310',
  severity: 'warning',
  page,
  find({ placed }) {
    const checks = placed.filter(({ stage }) => !isChange(stage));
    const [first] = checks;
    const isEnforced = checks.some(({ stage }) => 'mode' in stage && stage.mode === 'enforcing');
    if (first === undefined || isEnforced) return [];
    const message = 'no check is enforcing, so none can stop a deployment';
    return [
      {
        path: first.path,
        field: 'mode',
        message,
        hint: 'set mode: enforcing where a failure has to stop it',
      },
    ];
  },
};
