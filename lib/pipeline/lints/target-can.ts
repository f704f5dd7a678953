import type { CodePage } from '../codes/page.ts';
import type { TargetDefinition } from '../environment.ts';
import type { PlacedStage } from '../expand.ts';
import type { Lint, LintFinding } from './lint.ts';

const file = (rollout: string): string => `pipeline: storefront
environments:
  production:
    target:
      kind: ecsService
      cluster: shop
      service: web
      container: web
      repository: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/web
stages:
  - { name: unit-tests, kind: command, question: Do the unit tests pass?, run: npm test }
${rollout}`;

const page: CodePage = {
  title: 'the target cannot do what the stage asks',
  explanation:
    'A process can do everything. A Lambda alias has no address for a version alone and no percentiles that can be compared, so no http check of the revision itself, no smoke check and no p95. An ECS service and a CloudFormation stack are changed as a whole, so there is no share of the traffic between 0 and 100 %, and nobody counts requests by revision: judge them by alarms. A check through the router needs the url of the target.',
  wrong: file(
    '  - { name: rollout, kind: canary, steps: [10, 100], analysis: { for: 1m, minRequests: 20, errorRate: { max: 1% } } }\n',
  ),
  right: file('  - { name: rollout, kind: blueGreen }\n'),
};

/** Every stage asks of its target what that can do. */
export const targetCan: Lint = {
  code: 'NE340',
  severity: 'error',
  page,
  find: ({ pipeline, placed }) =>
    placed.flatMap((each) => {
      const name = 'environment' in each.stage ? each.stage.environment : undefined;
      const target = name === undefined ? undefined : pipeline.environments[name]?.target;
      return target === undefined ? [] : findingsOf(each, target);
    }),
};

function findingsOf({ stage, path, sugar }: PlacedStage, target: TargetDefinition): readonly LintFinding[] {
  const found = (message: string, hint: string, field?: string): readonly LintFinding[] => [
    { path, ...(field === undefined || sugar ? {} : { field }), message: `${stage.name} ${message}`, hint },
  ];
  if (target.kind === 'process') return [];
  switch (stage.kind) {
    case 'shift':
      if (target.kind === 'lambdaAlias' || stage.percent === 100 || stage.percent === 0) return [];
      return found(
        `gives the new revision ${stage.percent} % of the traffic of a target of kind ${target.kind}: expected 100 %`,
        'use blueGreen instead of canary',
        'percent',
      );
    case 'analysis':
      if (target.kind !== 'lambdaAlias' && (stage.errorRate !== undefined || stage.p95 !== undefined))
        return found(
          `judges requests of a target of kind ${target.kind}, which nobody counts by revision`,
          'judge by alarms',
        );
      return stage.p95 === undefined
        ? []
        : found(
            'judges p95 of a Lambda alias, which is not known by version',
            'judge by errorRate or alarms',
          );
    case 'http':
      if (!stage.url.startsWith('/')) return [];
      if (stage.through === 'revision')
        return found(
          `asks a revision of a target of kind ${target.kind}, which has no address of its own`,
          'ask it with through: router after the traffic was shifted, or ask a whole URL',
        );
      return target.url === undefined
        ? found('asks through the router of a target without url', 'give the target its url', 'through')
        : [];
    default:
      return [];
  }
}
