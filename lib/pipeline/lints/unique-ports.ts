import { type CodePage, TWO_ENVIRONMENTS } from '../codes/page.ts';
import type { Lint } from './lint.ts';

const ROLL_OUT = '  - { name: rollout, kind: blueGreen, environment: production }\n';

const page: CodePage = {
  title: 'two environments listen on the same port',
  explanation:
    'Each environment on this machine has a router on a port of its own; the second could not be started.',
  wrong: `${TWO_ENVIRONMENTS.replace('8081', '8080')}${ROLL_OUT}`,
  right: `${TWO_ENVIRONMENTS}${ROLL_OUT}`,
};

/** No two environments listen on the same port. */
export const uniquePorts: Lint = {
  code: 'NE311',
  severity: 'error',
  page,
  find({ pipeline }) {
    const environments = Object.entries(pipeline.environments);
    return environments.flatMap(([name, { target }], index) => {
      if (target.kind !== 'process') return [];
      const other = environments
        .slice(0, index)
        .find(([, earlier]) => earlier.target.kind === 'process' && earlier.target.port === target.port);
      if (other === undefined) return [];
      const message = `${name} listens on port ${target.port}, and so does ${other[0]}`;
      return [
        { path: ['environments', name, 'target'], field: 'port', message, hint: 'give it another port' },
      ];
    });
  },
};
