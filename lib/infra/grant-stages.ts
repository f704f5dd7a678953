import { Aws } from 'aws-cdk-lib';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { cloudMetricsOf } from '../pipeline/kinds/cloud-criteria.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { isChange } from '../pipeline/stage-class.ts';
import { stagesOf } from '../pipeline/steps.ts';
import { acknowledgeResource } from './acknowledge.ts';

/** Whose builds somebody runs. */
export type BuildsOf = 'every stage' | 'changes';

/** Lets a role run the builds that stages name. */
export function grantBuilds(role: Role, pipelines: readonly Pipeline[], of: BuildsOf): void {
  const stages = pipelines
    .flatMap((pipeline) => stagesOf(pipeline))
    .filter((stage) => of === 'every stage' || isChange(stage));
  const projects = new Set(stages.flatMap((stage) => ('project' in stage ? (stage.project ?? []) : [])));
  for (const project of projects) grantProject(role, project);
}

/** Lets a role ask the functions that stages name. */
export function grantInvocations(role: Role, pipelines: readonly Pipeline[]): void {
  const stages = pipelines.flatMap((pipeline) => stagesOf(pipeline));
  const functions = new Set(
    stages.flatMap((stage) => (stage.kind === 'function' ? (stage.function ?? []) : [])),
  );
  for (const name of functions) grantInvocation(role, name);
}

/** Lets a role read the metrics and alarms that analyses name. CloudWatch knows no resources for metrics. */
export function grantMetrics(role: Role, pipelines: readonly Pipeline[]): void {
  const analyses = pipelines
    .flatMap((pipeline) => stagesOf(pipeline))
    .flatMap((stage) => (stage.kind === 'analysis' ? [stage] : []));
  if (analyses.some((stage) => cloudMetricsOf(stage).length > 0))
    role.addToPolicy(new PolicyStatement({ actions: ['cloudwatch:GetMetricData'], resources: ['*'] }));
  const alarms = new Set(analyses.flatMap(({ alarms: named = [] }) => named));
  if (alarms.size === 0) return;
  role.addToPolicy(
    new PolicyStatement({
      actions: ['cloudwatch:DescribeAlarms'],
      resources: [...alarms].map(
        (name) => `arn:${Aws.PARTITION}:cloudwatch:${Aws.REGION}:${Aws.ACCOUNT_ID}:alarm:${name}`,
      ),
    }),
  );
}

/** Builds of a project, the reports that they make, and the end of their log as evidence. */
function grantProject(role: Role, project: string): void {
  const inCodeBuild = `arn:${Aws.PARTITION}:codebuild:${Aws.REGION}:${Aws.ACCOUNT_ID}`;
  const reports = `${inCodeBuild}:report-group/${project}-*`;
  const log = `arn:${Aws.PARTITION}:logs:${Aws.REGION}:${Aws.ACCOUNT_ID}:log-group:/aws/codebuild/${project}:log-stream:*`;
  role.addToPolicy(
    new PolicyStatement({
      actions: [
        'codebuild:StartBuild',
        'codebuild:StopBuild',
        'codebuild:BatchGetBuilds',
        'codebuild:ListBuildsForProject',
      ],
      resources: [`${inCodeBuild}:project/${project}`],
    }),
  );
  role.addToPolicy(new PolicyStatement({ actions: ['codebuild:BatchGetReports'], resources: [reports] }));
  role.addToPolicy(new PolicyStatement({ actions: ['logs:GetLogEvents'], resources: [log] }));
  acknowledgeResource(role, reports, 'Report groups are named by the project and by what its build says.');
  acknowledgeResource(role, log, 'Each build of the project has a log stream of its own.');
}

function grantInvocation(role: Role, name: string): void {
  const arn = name.startsWith('arn:')
    ? name
    : `arn:${Aws.PARTITION}:lambda:${Aws.REGION}:${Aws.ACCOUNT_ID}:function:${name}`;
  role.addToPolicy(new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [arn] }));
}
