import { AwsError } from '../aws-error.ts';

/** Where the local system pretends to be: SDK clients want a region that exists, ARNs want an account. */
export const LOCAL_REGION = 'us-east-1';
export const LOCAL_ACCOUNT = '000000000000';

const PREFIX = `arn:aws:states:${LOCAL_REGION}:${LOCAL_ACCOUNT}`;

export function stateMachineArn(stateMachine: string): string {
  return `${PREFIX}:stateMachine:${stateMachine}`;
}

export function executionArn(stateMachine: string, execution: string): string {
  return `${PREFIX}:execution:${stateMachine}:${execution}`;
}

/** The name in a state machine's ARN. Error: `InvalidArn`. */
export function stateMachineIn(arn: string): string {
  const [, name] = /^arn:aws:states:[^:]+:\d{12}:stateMachine:([^:]+)$/.exec(arn) ?? [];
  if (name === undefined)
    throw new AwsError('InvalidArn', `Invalid Arn: '${arn}' is no ARN of a state machine`);
  return name;
}

/** Checks that an ARN is one of an execution. Error: `InvalidArn`. */
export function checkExecutionArn(arn: string): void {
  if (/^arn:aws:states:[^:]+:\d{12}:execution:[^:]+:[^:]+$/.test(arn)) return;
  throw new AwsError('InvalidArn', `Invalid Arn: '${arn}' is no ARN of an execution`);
}

/** The function's name in what a definition calls `FunctionName`: a name or an ARN, with or without a version. */
export function functionIn(nameOrArn: string): string {
  const [, name] = /^arn:[^:]+:lambda:[^:]*:[^:]*:function:([^:]+)(?::[^:]+)?$/.exec(nameOrArn) ?? [];
  return name ?? nameOrArn.replace(/:[^:]+$/, '');
}

// White space, brackets, wildcards, special characters, control characters and surrogates
// (https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html).
const FORBIDDEN_IN_NAMES = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}\p{Cs}\uFFFE\uFFFF]/u;

/** Checks the name of a state machine or an execution. Error: `InvalidName`. */
export function checkName(name: string): void {
  if (name.length >= 1 && name.length <= 80 && !FORBIDDEN_IN_NAMES.test(name)) return;
  throw new AwsError('InvalidName', `Invalid Name: '${name.slice(0, 100)}'`);
}
