import { CHECKED, type CodePage, ONE_ENVIRONMENT } from '../codes/page.ts';
import { isChange } from '../stage-class.ts';
import type { Lint } from './lint.ts';

const page: CodePage = {
  title: 'nothing is checked before the first change',
  explanation:
    'The cheapest place to find a fault is before anything was changed. At least one check stands before the first change; `kind: command` with `run: npm test` is a good first one.',
  wrong: `${ONE_ENVIRONMENT}  - { name: rollout, kind: blueGreen }
`,
  right: `${CHECKED}  - { name: rollout, kind: blueGreen }
`,
};

/** A check stands before the first change. */
export const checkBeforeChange: Lint = {
  code: 'NE301',
  severity: 'error',
  page,
  find({ placed }) {
    const first = placed.find(({ stage }) => stage.kind !== 'acquire');
    if (first === undefined || !isChange(first.stage)) return [];
    const message = 'the first stage is a change: expected at least one check before it';
    const hint = 'put a check first, such as kind: command with run: npm test';
    return [{ path: first.path, field: 'name', message, hint }];
  },
};
