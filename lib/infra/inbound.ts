import { Aws, Duration } from 'aws-cdk-lib';
import { type EventPattern, type IEventBus, Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import { OUTBOUND_SOURCE } from '../history/outbound-event.ts';
import { REQUEST_EVENTS } from '../stages/drive/request-events.ts';
import { deliveryTo } from './delivery.ts';
import { trustedAccounts } from './event-bus.ts';
import type { FunctionName } from './function-catalogue.ts';
import type { NoneventFunction } from './nonevent-function.ts';

export type InboundProps = {
  readonly bus: IEventBus;
  readonly functions: Readonly<Record<FunctionName, NoneventFunction>>;
  /** What comes before a pipeline in the ARN of its state machine. */
  readonly stateMachines: string;
  readonly accounts: readonly string[];
};

/** The rules that lead events to functions. */
export class Inbound extends Construct {
  constructor(scope: Construct, id: string, { bus, functions, stateMachines, accounts }: InboundProps) {
    super(scope, id);
    for (const [detailType, name] of Object.entries(REQUEST_EVENTS)) {
      this.#rule(detailType, functions[name], {
        eventBus: bus,
        eventPattern: {
          detailType: [detailType],
          account: trustedAccounts(accounts),
          // Nothing that the system itself tells is a request to it.
          source: [{ 'anything-but': [OUTBOUND_SOURCE] }] as unknown as string[],
        },
      });
    }
    this.#rule('ExecutionEnded', functions.reconcile, { eventPattern: executionsThatDied(stateMachines) });
    this.#rule('BuildEnded', functions.callback, { eventPattern: buildsThatEnded() });
    this.#rule('Regularly', functions.reconcile, { schedule: Schedule.rate(Duration.minutes(5)) });
    this.#rule('Hourly', functions.seal, { schedule: Schedule.rate(Duration.hours(1)) });
    this.#rule('LookAfterBuilds', functions.callback, { schedule: Schedule.rate(Duration.minutes(5)) });
  }

  #rule(
    id: string,
    to: NoneventFunction,
    when: { eventBus?: IEventBus; eventPattern?: EventPattern; schedule?: Schedule },
  ): void {
    const rule = new Rule(this, id.replaceAll(' ', ''), when);
    rule.addTarget(deliveryTo(to));
  }
}

/**
 * Executions of this system that ended in another way than by their own end. AWS tells of them on the default bus
 * (https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html).
 */
function executionsThatDied(stateMachines: string): EventPattern {
  return {
    source: ['aws.states'],
    detailType: ['Step Functions Execution Status Change'],
    detail: { status: ['FAILED', 'TIMED_OUT', 'ABORTED'], stateMachineArn: [{ prefix: stateMachines }] },
  };
}

/**
 * Builds that a stage has started: only those carry the id of a deployment
 * (https://docs.aws.amazon.com/codebuild/latest/userguide/sample-build-notifications-ref.html).
 */
function buildsThatEnded(): EventPattern {
  return {
    source: ['aws.codebuild'],
    detailType: ['CodeBuild Build State Change'],
    account: [Aws.ACCOUNT_ID],
    detail: {
      'build-status': ['SUCCEEDED', 'FAILED', 'STOPPED'],
      'additional-information': {
        environment: { 'environment-variables': { name: ['NONEVENT_DEPLOYMENT'] } },
      },
    },
  };
}
