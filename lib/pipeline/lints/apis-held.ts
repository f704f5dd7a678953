import { CHECKED, type CodePage } from '../codes/page.ts';
import { acquireName, type Expanded } from '../expand.ts';
import type { Lint, LintFinding } from './lint.ts';

const WITH_APIS = CHECKED.replace('environments:', 'apis: { provides: { catalog: [1] } }\nenvironments:');
const FITS = '  - { name: fits, kind: compatibility }\n';
const ROLLOUT = '  - { name: rollout, kind: blueGreen }\n';

const page: CodePage = {
  title: 'declared APIs are not held before the traffic comes',
  explanation:
    'A compatibility check right before the first change of an environment, or between that and the first shift, runs under the lease: what it saw is still true when the release goes live. An earlier one is early feedback, but another deployment may go live after it. Where it enforces, it is asked again when the lease is taken, so a deployment that has waited is refused late.',
  wrong: `${WITH_APIS}${ROLLOUT}`,
  right: `${WITH_APIS}${FITS}${ROLLOUT}`,
};

/** In each environment whose traffic a release gets, its APIs are held under the lease and before the first shift. */
export const apisHeld: Lint = {
  code: 'NE312',
  severity: 'warning',
  page,
  find({ pipeline, placed }) {
    if (pipeline.apis === undefined) return [];
    return Object.keys(pipeline.environments).flatMap((environment) => unheld(environment, placed));
  },
};

function unheld(environment: string, placed: Expanded['placed']): readonly LintFinding[] {
  const shift = placed.findIndex(({ stage }) => stage.kind === 'shift' && stage.environment === environment);
  const lease = placed.findIndex(({ stage }) => stage.name === acquireName(environment));
  const checks = [...placed.entries()].filter(
    ([, { stage }]) => stage.kind === 'compatibility' && stage.environment === environment,
  );
  const at = placed[shift];
  if (at === undefined || checks.some(([index]) => index > lease && index < shift)) return [];
  const [early] = checks.find(([index]) => index < lease) ?? [];
  const message =
    early === undefined
      ? `nothing holds the apis of this release before it gets traffic in ${environment}`
      : `${placed[early]?.stage.name} holds the apis before the lease of ${environment} is taken, so what it saw may change`;
  const first = placed[lease + 1]?.stage.name ?? at.stage.name;
  return [{ path: at.path, field: 'name', message, hint: `put a compatibility stage right before ${first}` }];
}
