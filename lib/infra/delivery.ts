import { Duration } from 'aws-cdk-lib';
import { LambdaFunction, type LambdaFunctionProps } from 'aws-cdk-lib/aws-events-targets';
import type { NoneventFunction } from './nonevent-function.ts';

/** A function as what a rule leads to: EventBridge tries for so long and so often to reach it, and then gives up to its dead letters. */
export function deliveryTo(
  { function: handler, deadLetters }: NoneventFunction,
  input: Pick<LambdaFunctionProps, 'event'> = {},
): LambdaFunction {
  return new LambdaFunction(handler, {
    ...input,
    maxEventAge: Duration.hours(6),
    retryAttempts: 30,
    ...(deadLetters === undefined ? {} : { deadLetterQueue: deadLetters }),
  });
}
