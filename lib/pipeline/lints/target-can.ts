import type { CodePage } from '../codes/page.ts';
import type { TargetDefinition } from '../environment.ts';
import type { PlacedStage } from '../expand.ts';
import type { AnalysisStage } from '../kinds/analysis.ts';
import { prometheusMetricsOf } from '../kinds/cloud-criteria.ts';
import type { HttpStage } from '../kinds/http.ts';
import type { ShiftStage } from '../kinds/shift.ts';
import type { Stage } from '../stage.ts';
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
    'A process can do everything. A Lambda alias has no address for a version alone and no percentiles that can be compared, so no http check of the revision itself, no smoke check, no metrics of Prometheus and no p95. An ECS service and a CloudFormation stack are changed as a whole, so there is no share of the traffic between 0 and 100 %, and nobody counts requests by revision: judge them by alarms. A check through the router and a rehearsal need the url of the target. A change set of CloudFormation is carried out once, so it is not rehearsed.',
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

type AwsTarget = Exclude<TargetDefinition, { readonly kind: 'process' }>;
type Obstacle = { readonly message: string; readonly hint: string; readonly field?: string };

function findingsOf({ stage, path, sugar }: PlacedStage, target: TargetDefinition): readonly LintFinding[] {
  const obstacle = target.kind === 'process' ? undefined : obstacleOf(stage, target);
  if (obstacle === undefined) return [];
  const { message, hint, field } = obstacle;
  const at = field === undefined || sugar ? {} : { field };
  return [{ path, ...at, message: `${stage.name} ${message}`, hint }];
}

function obstacleOf(stage: Stage, target: AwsTarget): Obstacle | undefined {
  switch (stage.kind) {
    case 'shift':
      return shareObstacle(stage, target);
    case 'analysis':
      return countObstacle(stage, target);
    case 'http':
      return stage.url.startsWith('/') ? addressObstacle(stage, target) : undefined;
    case 'rehearsal':
      return rehearsalObstacle(target);
    default:
      return undefined;
  }
}

function shareObstacle({ percent }: ShiftStage, { kind }: AwsTarget): Obstacle | undefined {
  if (kind === 'lambdaAlias' || percent === 100 || percent === 0) return undefined;
  return {
    message: `gives the new revision ${percent} % of the traffic of a target of kind ${kind}: expected 100 %`,
    hint: 'use blueGreen instead of canary',
    field: 'percent',
  };
}

function countObstacle(stage: AnalysisStage, { kind }: AwsTarget): Obstacle | undefined {
  const { errorRate, p95 } = stage;
  if (prometheusMetricsOf(stage).length > 0) {
    return {
      message: `asks revisions of a target of kind ${kind} for their metrics, which have no address of their own`,
      hint: 'judge by metrics of Amazon CloudWatch',
      field: 'metrics',
    };
  }
  if (kind !== 'lambdaAlias' && (errorRate !== undefined || p95 !== undefined)) {
    return {
      message: `judges requests of a target of kind ${kind}, which nobody counts by revision`,
      hint: 'judge by alarms',
    };
  }
  if (p95 === undefined) return undefined;
  return {
    message: 'judges p95 of a Lambda alias, which is not known by version',
    hint: 'judge by errorRate or alarms',
  };
}

function rehearsalObstacle({ kind, url }: AwsTarget): Obstacle | undefined {
  if (kind === 'cloudFormation') {
    return {
      message:
        'takes a CloudFormation stack back and forward again, whose change sets are carried out only once',
      hint: 'rehearse on a target whose revisions stay',
      field: 'kind',
    };
  }
  if (url !== undefined) return undefined;
  return { message: 'sends load to a target without url', hint: 'give the target its url', field: 'kind' };
}

function addressObstacle({ through }: HttpStage, { kind, url }: AwsTarget): Obstacle | undefined {
  if (through === 'revision') {
    return {
      message: `asks a revision of a target of kind ${kind}, which has no address of its own`,
      hint: 'ask it with through: router after the traffic was shifted, or ask a whole URL',
    };
  }
  if (url !== undefined) return undefined;
  return {
    message: 'asks through the router of a target without url',
    hint: 'give the target its url',
    field: 'through',
  };
}
