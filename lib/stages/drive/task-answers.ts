import { SendTaskFailureCommand, SendTaskSuccessCommand, type SFNClient } from '@aws-sdk/client-sfn';
import { messageOf, NoneventError } from '../../nonevent-error.ts';
import type { DriveError } from './drive-error.ts';

/** `late`: nobody waits by this token any more, because it was answered, timed out, or its execution ended. */
export type Answered = 'taken' | 'late';

/** Answers tasks that wait by their tokens. Errors: `StoreUnavailable` when Step Functions cannot be reached. */
export type TaskAnswers = {
  succeed(token: string): Promise<Answered>;
  fail(token: string, error: DriveError): Promise<Answered>;
};

/** Answers the tasks of Step Functions. */
export function createTaskAnswers(client: Pick<SFNClient, 'send'>): TaskAnswers {
  return {
    // The task's result is thrown away: everything that matters is in the history.
    succeed: (taskToken) =>
      answered(() => client.send(new SendTaskSuccessCommand({ taskToken, output: '{}' }))),
    fail: (taskToken, { name, message }) =>
      answered(() =>
        client.send(
          new SendTaskFailureCommand({ taskToken, error: name, cause: message.slice(0, CAUSE_CHARACTERS) }),
        ),
      ),
  };
}

/** Well below the 32 768 that Step Functions takes. */
const CAUSE_CHARACTERS = 4000;

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html#API_SendTaskSuccess_Errors */
const LATE: readonly string[] = ['TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken'];

async function answered(send: () => Promise<unknown>): Promise<Answered> {
  try {
    await send();
    return 'taken';
  } catch (thrown) {
    if (thrown instanceof Error && LATE.includes(thrown.name)) return 'late';
    throw new NoneventError('StoreUnavailable', `step functions took no answer: ${messageOf(thrown)}`, {
      hint: 'try again; an answer may be given twice',
      cause: thrown,
    });
  }
}
