import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { ENDINGS, FINDINGS } from '../aws/system-metric.ts';
import { lagOf, systemMetric } from './alarms.ts';
import { FUNCTION_NAMES, type FunctionName } from './function-catalogue.ts';
import type { NoneventFunction } from './nonevent-function.ts';
import type { PipelineMachine } from './pipeline-machine.ts';

export type OperationsDashboardProps = {
  readonly name: string;
  readonly alarms: readonly Alarm[];
  readonly functions: Readonly<Record<FunctionName, NoneventFunction>>;
  readonly machines: readonly PipelineMachine[];
};

/** The system at one glance: its alarms, how deployments ended, and how the functions do. */
export function operationsDashboard(
  scope: Construct,
  { name, alarms, functions, machines }: OperationsDashboardProps,
): Dashboard {
  const each = (metric: (of: NoneventFunction) => IMetric) =>
    FUNCTION_NAMES.map((of) => metric(functions[of]));
  return new Dashboard(scope, 'Dashboard', {
    widgets: [
      [new AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms], width: 24 })],
      [
        graph(
          'Deployments that ended',
          ENDINGS.map((ending) => systemMetric(name, ending)),
        ),
        graph(
          'Executions that began',
          machines.map(({ stateMachine }) => stateMachine.metricStarted()),
        ),
      ],
      [
        graph(
          'Found by reconcile and by seals',
          FINDINGS.map((found) => systemMetric(name, found)),
        ),
        graph('Age of what is told', [lagOf(functions.publish)]),
      ],
      [
        graph(
          'Duration of functions',
          each(({ function: of }) => of.metricDuration()),
        ),
        graph(
          'Errors of functions',
          each(({ function: of }) => of.metricErrors()),
        ),
      ],
    ],
  });
}

function graph(title: string, left: readonly IMetric[]): IWidget {
  return new GraphWidget({ title, left: [...left], width: 12 });
}
