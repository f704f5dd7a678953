import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { FunctionCode } from './bundles.ts';
import { FUNCTION_NAMES, FUNCTIONS, type FunctionName } from './function-catalogue.ts';
import { NoneventFunction } from './nonevent-function.ts';

/** Makes every function of the catalogue. */
export function noneventFunctions(
  scope: Construct,
  props: {
    readonly code: FunctionCode;
    readonly variables: Readonly<Record<string, string>>;
    readonly logRetention: RetentionDays;
  },
): Readonly<Record<FunctionName, NoneventFunction>> {
  const functions = new Construct(scope, 'Functions');
  return Object.fromEntries(
    FUNCTION_NAMES.map((name) => [
      name,
      new NoneventFunction(functions, name, { ...FUNCTIONS[name], ...props, code: props.code(name) }),
    ]),
  ) as Record<FunctionName, NoneventFunction>;
}
