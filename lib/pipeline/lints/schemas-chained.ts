import { CHECKED, type CodePage } from '../codes/page.ts';
import type { Lint } from './lint.ts';

const DECLARED = CHECKED.replace('environments:', 'schemas: { main: [3] }\nenvironments:');
const migrate = (name: string, phase: string, from: number, to: number) => `  - name: ${name}
    kind: migrate
    phase: ${phase}
    from: ${from}
    to: ${to}
    run: ./schema ${name}
    harmless: old code does not know the column
`;
const ROLLOUT = '  - { name: rollout, kind: blueGreen }\n';

const page: CodePage = {
  title: 'the migrations of a schema do not continue each other',
  explanation:
    'Each migration of a schema begins at the version that the one before it ended at, or it would be refused when its turn comes.',
  wrong: `${DECLARED}${migrate('add-column', 'expand', 1, 2)}${migrate('fill-column', 'data', 1, 3)}${ROLLOUT}`,
  right: `${DECLARED}${migrate('add-column', 'expand', 1, 2)}${migrate('fill-column', 'data', 2, 3)}${ROLLOUT}`,
};

/** In each environment the migrations of a schema continue each other. */
export const schemasChained: Lint = {
  code: 'NE332',
  severity: 'error',
  page,
  find: ({ placed }) =>
    placed.flatMap(({ stage, path }, index) => {
      if (stage.kind !== 'migrate') return [];
      const before = placed
        .slice(0, index)
        .map((earlier) => earlier.stage)
        .findLast(
          (earlier) =>
            earlier.kind === 'migrate' &&
            earlier.schema === stage.schema &&
            earlier.environment === stage.environment,
        );
      if (before?.kind !== 'migrate' || before.to === stage.from) return [];
      const message = `${stage.name} begins at version ${stage.from} of schema ${stage.schema}, and ${before.name} ends at ${before.to}`;
      return [{ path, field: 'from', message, hint: `write from: ${before.to}` }];
    }),
};
