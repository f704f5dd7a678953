import { CHECKED, type CodePage } from '../codes/page.ts';
import { declaredFor } from '../schemas.ts';
import type { Lint } from './lint.ts';

const STAGES = `  - name: add-column
    kind: migrate
    phase: expand
    from: 1
    to: 2
    run: ./schema add-column
    undo: ./schema drop-column
  - { name: rollout, kind: blueGreen }
`;

const page: CodePage = {
  title: 'the release does not say which schema it runs on',
  explanation:
    'The file migrates a schema and deploys a release beside it, so the release uses it. Which versions it runs on is declared under schemas and stays with its revision: a contract is locked while any revision that may serve needs what it removes, and one that says nothing locks it too.',
  wrong: `${CHECKED}${STAGES}`,
  right: `${CHECKED.replace('environments:', 'schemas: { main: [1, 2] }\nenvironments:')}${STAGES}`,
};

/** A release that is placed in an environment declares every schema that is migrated there. */
export const schemasDeclared: Lint = {
  code: 'NE331',
  severity: 'error',
  page,
  find: ({ pipeline, placed }) =>
    placed.flatMap(({ stage, path }) => {
      if (stage.kind !== 'migrate') return [];
      const isPlaced = placed.some(
        (other) => other.stage.kind === 'place' && other.stage.environment === stage.environment,
      );
      const declared = declaredFor(pipeline.schemas, stage.schema);
      if (!isPlaced || (declared !== undefined && declared !== 'none')) return [];
      const message =
        declared === 'none'
          ? `${stage.name} migrates schema ${stage.schema}, which the release is declared not to use`
          : `${stage.name} migrates schema ${stage.schema}, and nothing says which versions of it the release runs on`;
      return [
        { path, field: 'kind', message, hint: `declare them: schemas: { ${stage.schema}: [${stage.to}] }` },
      ];
    }),
};
