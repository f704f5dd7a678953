import { type CodePage, TWO_ENVIRONMENTS } from '../codes/page.ts';
import type { Expanded, PlacedStage } from '../expand.ts';
import type { RehearsalStage } from '../kinds/rehearsal.ts';
import type { Lint, LintFinding } from './lint.ts';

const STAGING = '  - { name: staging, kind: blueGreen, environment: staging }\n';
const REHEARSED = '  - { name: rehearsed, kind: rehearsal, environment: staging, within: 2s }\n';
const PRODUCTION = '  - { name: release, kind: blueGreen, environment: production }\n';

const page: CodePage = {
  title: 'there is nothing to rehearse yet',
  explanation:
    'A rehearsal goes back to what was live before and forward again, on the revisions of this deployment. So the new one is placed and has traffic by then: a shift comes before it in the same environment, which also is what puts the traffic right where a rehearsal breaks off. canary and blueGreen have one. Nothing runs beside a rehearsal, for it moves the traffic.',
  wrong: `${TWO_ENVIRONMENTS}${REHEARSED}${STAGING}${PRODUCTION}`,
  right: `${TWO_ENVIRONMENTS}${STAGING}${REHEARSED}${PRODUCTION}`,
};

/** A rehearsal comes after the shift that it takes back, alone. */
export const rehearsalPlaced: Lint = {
  code: 'NE350',
  severity: 'error',
  page,
  find: ({ placed }) => placed.flatMap((each, index) => findingsOf(each, placed.slice(0, index))),
};

function findingsOf({ stage, path, group }: PlacedStage, before: Expanded['placed']): readonly LintFinding[] {
  if (stage.kind !== 'rehearsal') return [];
  if (group !== undefined) {
    const message = `${stage.name} moves the traffic of ${stage.environment}: expected nothing beside it`;
    return [{ path, field: 'kind', message, hint: `put it after ${group}` }];
  }
  if (before.some(({ stage: other }) => isShiftOf(other, stage))) return [];
  const message = `${stage.name} has nothing to take back in ${stage.environment}: expected a shift before it`;
  return [{ path, field: 'kind', message, hint: 'put it after the blueGreen or canary of that environment' }];
}

function isShiftOf(other: PlacedStage['stage'], { environment }: RehearsalStage): boolean {
  return other.kind === 'shift' && other.environment === environment;
}
