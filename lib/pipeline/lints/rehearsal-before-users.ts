import { type CodePage, TWO_ENVIRONMENTS } from '../codes/page.ts';
import type { Lint } from './lint.ts';

const STAGES = (
  environment: string,
): string => `${TWO_ENVIRONMENTS}  - { name: staging, kind: blueGreen, environment: staging }
  - { name: release, kind: blueGreen, environment: production }
  - { name: rehearsed, kind: rehearsal, environment: ${environment}, within: 2s }
`;

const page: CodePage = {
  title: 'a rollback is rehearsed where the users are',
  explanation:
    'A rehearsal sends all traffic of its environment back to the old revision and then to the new one again. In the last environment of a pipeline that is usually production, and it tells nothing in time: rehearse in an environment before it.',
  wrong: STAGES('production'),
  right: STAGES('staging'),
};

/** A rollback is rehearsed before the last environment of the pipeline is reached. */
export const rehearsalBeforeUsers: Lint = {
  code: 'NE351',
  severity: 'warning',
  page,
  find({ placed }) {
    const last = placed.flatMap(({ stage }) => (stage.kind === 'shift' ? [stage.environment] : [])).at(-1);
    return placed.flatMap(({ stage, path }) => {
      if (stage.kind !== 'rehearsal' || stage.environment !== last) return [];
      const message = `${stage.name} moves the traffic of ${last}, the last environment of this pipeline`;
      const hint = 'rehearse in an environment that comes before it';
      return [{ path, field: 'kind', message, hint }];
    });
  },
};
