import { CHECKED, type CodePage } from '../codes/page.ts';
import type { Lint } from './lint.ts';

const STAGES = `  - { name: fits, kind: compatibility }
  - { name: rollout, kind: blueGreen }
`;

const page: CodePage = {
  title: 'a compatibility check has no APIs to hold',
  explanation:
    'The file says nothing about what its release provides and consumes, and what is not known cannot pass. Declare it under apis; a release that has no APIs says so with `apis: {}`.',
  wrong: `${CHECKED}${STAGES}`,
  right: `${CHECKED.replace('environments:', 'apis: { provides: { catalog: [1, 2] }, consumes: { prices: [1] } }\nenvironments:')}${STAGES}`,
};

/** A pipeline with a compatibility check declares its APIs. */
export const apisDeclared: Lint = {
  code: 'NE313',
  severity: 'error',
  page,
  find({ pipeline, placed }) {
    if (pipeline.apis !== undefined) return [];
    return placed
      .filter(({ stage }) => stage.kind === 'compatibility')
      .map(({ stage, path }) => ({
        path,
        field: 'kind',
        message: `${stage.name} has nothing to hold: the file declares no apis`,
        hint: 'declare them, or that there are none with apis: {}',
      }));
  },
};
