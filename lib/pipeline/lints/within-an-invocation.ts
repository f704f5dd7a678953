import type { CodePage } from '../codes/page.ts';
import type { Lint } from './lint.ts';

const file = (timeout: string): string => `pipeline: storefront
environments:
  production:
    target: { kind: cloudFormation, stack: shop, template: template.yaml }
stages:
  - { name: unit-tests, kind: command, question: Do the unit tests pass?, run: npm test }
  - { name: prepare, kind: place }
  - { name: update, kind: shift, percent: 100, timeout: ${timeout} }
`;

/** A Lambda function may run for 15 minutes, and recording how a stage ended takes some of that. Seconds. */
const LONGEST_SECONDS = 14 * 60;

const page: CodePage = {
  title: 'a change takes longer than a function of Lambda may run',
  explanation:
    'A place, shift or rehearsal on a target in AWS is waited for by a function of Lambda, which is ended after 15 minutes. What AWS was asked to do goes on by itself, and the next attempt finds it and waits for the rest; so give such a stage at most 14 minutes.',
  wrong: file('20m'),
  right: file('14m'),
};

/** No change on a target in AWS is waited for longer than its function may live. */
export const withinAnInvocation: Lint = {
  code: 'NE341',
  severity: 'error',
  page,
  find: ({ pipeline, placed }) =>
    placed.flatMap(({ stage, path }) => {
      if (stage.kind !== 'place' && stage.kind !== 'shift' && stage.kind !== 'rehearsal') return [];
      const kind = pipeline.environments[stage.environment]?.target.kind ?? 'process';
      if (kind === 'process' || stage.timeout <= LONGEST_SECONDS) return [];
      const message = `${stage.name} may take ${stage.timeout / 60} minutes on a target of kind ${kind}: expected at most 14`;
      return [{ path, field: 'timeout', message, hint: 'write timeout: 14m' }];
    }),
};
