import type { Work } from './work.ts';

export type State = Readonly<Record<string, unknown>> & { readonly Type: string };

/** The functions that a document invokes: names or ARNs, or substitution placeholders such as `${stage}`. */
export type FunctionNames = Readonly<Record<Work['function'], string>>;

/** Invokes the function that does a leaf's work. Only ids travel; the input goes on as it came. */
export function task(work: Work, functions: FunctionNames): State {
  return {
    Type: 'Task',
    Resource: isAwaiting(work)
      ? 'arn:aws:states:::lambda:invoke.waitForTaskToken'
      : 'arn:aws:states:::lambda:invoke',
    Parameters: {
      FunctionName: functions[work.function],
      Payload: {
        'deployment.$': '$.deployment',
        ...about(work),
      },
    },
    ResultPath: null,
    TimeoutSeconds: work.timeoutSeconds,
    Retry: retriers(work),
  };
}

/** Whether the task ends when its token is answered, not when the function returns. */
function isAwaiting(work: Work): boolean {
  return work.function === 'stage' && work.awaitsAnswer === true;
}

/** What was caught, for the undo lane to record where nobody else could. */
const CAUGHT = { 'failure.$': '$.failure' } as const;

/** By it the task is answered (https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-wait-token). */
const TOKEN = { 'token.$': '$$.Task.Token' } as const;

function about(work: Work): object {
  switch (work.function) {
    case 'stage':
      return { stage: work.stage, ...(isAwaiting(work) ? TOKEN : {}) };
    case 'undo':
      return { stage: work.stage, ...CAUGHT };
    case 'conclude':
      return CAUGHT;
    case 'enter':
      return {};
    default:
      return work satisfies never;
  }
}

/** A handler that concludes answers with the diagnosis, which becomes the cause of an execution that failed. */
export function concludeTask(work: Work, functions: FunctionNames): State {
  return {
    ...task(work, functions),
    ResultSelector: { 'diagnosis.$': '$.Payload.diagnosis' },
    ResultPath: '$.conclusion',
  };
}

/** A handler that wants to be asked again answers `{continue: true}`. */
export const POLL_RESULT = {
  ResultSelector: { 'continue.$': '$.Payload.continue' },
  ResultPath: '$.poll',
} as const;

/** Keeps what failed in the execution's data, for the undo lane to record where nobody else could. */
export function catcher(errors: readonly string[], next: string): object {
  return { ErrorEquals: errors, ResultPath: '$.failure', Next: next };
}

/**
 * An attempt that the history counts as failed is repeated as often as the history allows, which ends it by throwing
 * something else. An undo is also repeated when it ran out of time: it is idempotent, and without it the deployment is
 * stuck. Failures of the invocation itself are repeated as the Lambda service recommends
 * (https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html).
 */
function retriers(work: Work): readonly object[] {
  if (work.function === 'conclude') return [retrier(['States.ALL'], work.attempts)];
  const failed = work.function === 'undo' ? ['AttemptFailed', 'States.Timeout'] : ['AttemptFailed'];
  const attempts = work.attempts === 0 ? [] : [retrier(failed, work.attempts)];
  return [...attempts, retrier(INVOCATION_FAILURES, INVOCATION_RETRIES)];
}

function retrier(errors: readonly string[], attempts: number): object {
  return { ...BACK_OFF, ErrorEquals: errors, MaxAttempts: attempts };
}

const BACK_OFF = { IntervalSeconds: 1, BackoffRate: 2, MaxDelaySeconds: 30, JitterStrategy: 'FULL' } as const;

const INVOCATION_RETRIES = 6;

const INVOCATION_FAILURES = [
  'StoreUnavailable',
  'Lambda.ClientExecutionTimeoutException',
  'Lambda.Unknown',
  'Runtime.ExitError',
  'Sandbox.Timedout',
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.TooManyRequestsException',
] as const;
