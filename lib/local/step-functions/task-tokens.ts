import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { AwsError } from '../aws-error.ts';
import { functionError } from '../functions.ts';

export type OpenTask = {
  readonly token: string;
  /** What the callback answered. Rejects when it reported a failure or missed a heartbeat. */
  readonly answer: Promise<unknown>;
  /** From now on a callback is too late. */
  readonly close: () => void;
};

export type TaskTokens = {
  readonly open: (limits: {
    readonly timeoutSeconds: number;
    readonly heartbeatSeconds: number | undefined;
  }) => OpenTask;
  /** Errors of the three: `InvalidToken` for one that was never given out, `TaskTimedOut` for one that is no longer open. */
  readonly succeed: (token: string, output: unknown) => void;
  readonly fail: (token: string, error: string, cause: string) => void;
  readonly heartbeat: (token: string) => void;
};

type Waiting = {
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly beat: () => void;
};

/**
 * The tokens of tasks that wait for an answer. The first valid answer wins. Tokens are signed, so that a forged one is
 * told from one that is late, after a restart too.
 */
export function createTaskTokens(key: Buffer): TaskTokens {
  const waiting = new Map<string, Waiting>();

  const take = (token: string): Waiting => {
    checkSignature(token, key);
    const task = waiting.get(token);
    if (task === undefined) throw new AwsError('TaskTimedOut', 'Task Timed Out: the task is no longer open');
    return task;
  };

  return {
    open: ({ timeoutSeconds, heartbeatSeconds }) => {
      const token = sign(randomBytes(24).toString('base64url'), key);
      const { promise, resolve, reject } = Promise.withResolvers<unknown>();
      const close = () => {
        waiting.delete(token);
        clearTimeout(timeout);
        clearTimeout(heartbeat);
      };
      const missed = () => {
        close();
        reject(functionError('States.HeartbeatTimeout', `no heartbeat for ${heartbeatSeconds} s`));
      };
      // The interpreter times the task out itself; from then on an answer is late.
      const timeout = setTimeout(close, timeoutSeconds * 1000);
      const heartbeat =
        heartbeatSeconds === undefined ? undefined : setTimeout(missed, heartbeatSeconds * 1000);
      waiting.set(token, {
        resolve: (output) => {
          close();
          resolve(output);
        },
        reject: (error) => {
          close();
          reject(error);
        },
        beat: () => {
          heartbeat?.refresh();
        },
      });
      return { token, answer: promise, close };
    },
    succeed: (token, output) => take(token).resolve(output),
    fail: (token, error, cause) => take(token).reject(functionError(error, cause)),
    heartbeat: (token) => take(token).beat(),
  };
}

function sign(nonce: string, key: Buffer): string {
  return `${nonce}.${createHmac('sha256', key).update(nonce).digest('base64url')}`;
}

function checkSignature(token: string, key: Buffer): void {
  const given = Buffer.from(token);
  const expected = Buffer.from(sign(token.split('.', 1)[0] ?? '', key));
  if (given.length === expected.length && timingSafeEqual(given, expected)) return;
  throw new AwsError('InvalidToken', 'Invalid Token');
}
