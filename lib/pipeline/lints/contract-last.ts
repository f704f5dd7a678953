import { CHECKED, type CodePage } from '../codes/page.ts';
import { isContract } from '../stage-class.ts';
import type { Lint } from './lint.ts';

const DECLARED = CHECKED.replace('environments:', 'schemas: { main: [2, 3] }\nenvironments:');
const ROLLOUT = '  - { name: rollout, kind: blueGreen }\n';
const CONTRACT = `  - name: drop-column
    kind: migrate
    phase: contract
    from: 2
    to: 3
    run: ./schema drop-column
    verify: ./schema has-column
`;

const page: CodePage = {
  title: 'something comes after a contract',
  explanation:
    'A contract removes what only old code needed, and nothing brings that back. Whatever comes after it may fail, and a failure undoes every change, this one too. So a contract is the last stage of its pipeline, and there is one at most. What has to be checked is checked before it. To contract another environment first, give that one a pipeline of its own.',
  wrong: `${DECLARED}${CONTRACT}${ROLLOUT}`,
  right: `${DECLARED}${ROLLOUT}${CONTRACT}`,
};

/** Nothing comes after a contract that could fail. */
export const contractLast: Lint = {
  code: 'NE330',
  severity: 'error',
  page,
  find: ({ placed }) =>
    placed.flatMap(({ stage, path }, index) => {
      const after = placed[index + 1];
      if (!isContract(stage) || after === undefined) return [];
      const message = `${after.stage.name} comes after the contract ${stage.name}: expected the contract at the end`;
      return [
        {
          path,
          field: 'phase',
          message,
          hint: `put ${stage.name} last, and what has to be checked before it`,
        },
      ];
    }),
};
