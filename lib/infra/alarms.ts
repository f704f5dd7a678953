import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { METRICS_NAMESPACE, type SystemMetric } from '../aws/system-metric.ts';
import { calledBy, FUNCTION_NAMES, type FunctionName } from './function-catalogue.ts';
import type { NoneventFunction } from './nonevent-function.ts';

export type AlarmsProps = {
  readonly name: string;
  readonly functions: Readonly<Record<FunctionName, NoneventFunction>>;
  readonly topic: ITopic | undefined;
};

const PERIOD = Duration.minutes(5);

/** What is told to the bus this late is of no use to whoever waits for it. */
const LAG_MS = 5 * 60 * 1000;

/** What somebody has to look at. Nothing of it needs anybody for a deployment to end: each says what is wrong with the system. */
export class Alarms extends Construct {
  readonly all: readonly Alarm[];
  readonly #functions: AlarmsProps['functions'];

  constructor(scope: Construct, id: string, { name, functions, topic }: AlarmsProps) {
    super(scope, id);
    this.#functions = functions;
    const outsiders = [...calledBy('events'), ...calledBy('stream')];
    this.all = [
      this.#alarm(
        'Stuck',
        systemMetric(name, 'DeploymentStuck'),
        'An undo failed for good, and its environment stays locked: `nonevent status`, then `nonevent explain`',
      ),
      this.#alarm(
        'RunLost',
        systemMetric(name, 'RunsLost'),
        'An execution died and reconcile drove its deployment on: look into the log of the functions for what killed it',
      ),
      this.#alarm(
        'HistoryNotSound',
        systemMetric(name, 'HistoryNotSound'),
        'What is in the table is not what was sealed: `nonevent audit verify`, and keep the bucket of seals as it is',
      ),
      // Those that executions call fail by design: a stage that fails is an error that Step Functions catches.
      ...this.#sums('Errors', outsiders, 'A function failed that had no reason to: look into its log'),
      ...this.#sums(
        'Throttles',
        FUNCTION_NAMES,
        'Functions were throttled: the account has too little concurrency',
      ),
      this.#alarm(
        'StreamLag',
        lagOf(functions.publish),
        'Events of the histories are told late: look into the log of publish',
        LAG_MS,
      ),
      ...FUNCTION_NAMES.flatMap((each) => this.#deadLetters(each, functions[each])),
    ];
    if (topic !== undefined) for (const alarm of this.all) alarm.addAlarmAction(new SnsAction(topic));
  }

  #deadLetters(name: FunctionName, { deadLetters }: NoneventFunction): readonly Alarm[] {
    if (deadLetters === undefined) return [];
    const metric = deadLetters.metricApproximateNumberOfMessagesVisible({
      period: PERIOD,
      statistic: 'Maximum',
    });
    return [
      this.#alarm(
        `DeadLetters-${name}`,
        metric,
        `Something could not be handled by ${name}: docs/operations.md says how to read its queue and how to give it back`,
      ),
    ];
  }

  #sums(
    metric: 'Errors' | 'Throttles',
    names: readonly FunctionName[],
    description: string,
  ): readonly Alarm[] {
    const parts = Math.ceil(names.length / METRICS_AT_MOST);
    return Array.from({ length: parts }, (_, part) => {
      const some = names.slice(part * METRICS_AT_MOST, (part + 1) * METRICS_AT_MOST);
      return this.#alarm(`${metric}${part + 1}`, sumOf(this.#functions, some, metric), description);
    });
  }

  #alarm(id: string, metric: IMetric, alarmDescription: string, threshold = 1): Alarm {
    return new Alarm(this, id, {
      alarmDescription,
      metric,
      threshold,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }
}

/** A metric that the functions count: functions/aws/serving/on-lambda.ts. */
export function systemMetric(name: string, metricName: SystemMetric): Metric {
  return new Metric({
    namespace: METRICS_NAMESPACE,
    metricName,
    dimensionsMap: { service: name },
    statistic: 'Sum',
    period: PERIOD,
  });
}

/** An alarm takes ten at most (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html). */
const METRICS_AT_MOST = 10;

function sumOf(
  functions: AlarmsProps['functions'],
  names: readonly FunctionName[],
  metric: 'Errors' | 'Throttles',
): IMetric {
  const options = { statistic: 'Sum', period: PERIOD } as const;
  // An expression takes letters and digits in its names, and nothing else.
  const usingMetrics = Object.fromEntries(
    names.map((name) => [name.replaceAll('-', ''), functions[name].function.metric(metric, options)]),
  );
  const expression = Object.keys(usingMetrics).join(' + ');
  return new MathExpression({ expression, usingMetrics, period: PERIOD, label: metric });
}

/** How old what is told to the bus is by then, in milliseconds. */
export function lagOf({ function: publish }: NoneventFunction): IMetric {
  return publish.metric('IteratorAge', { statistic: 'Maximum', period: PERIOD });
}
