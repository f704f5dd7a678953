import type { LambdaClient } from '@aws-sdk/client-lambda';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { isPassing } from '../../aws/service-failure.ts';
import { plainLine } from '../../lifecycle/wording/plain-text.ts';
import { messageOf, NoneventError, nameOf } from '../../nonevent-error.ts';
import type { Json } from '../../pipeline/json.ts';

/** Asks functions, as AWS Lambda does. */
export type FunctionInvoker = {
  /**
   * What a function answers, as the text of its JSON.
   *
   * Errors: `CommandFailed` where the function failed or may not be asked; `StoreUnavailable` where trying again may help.
   */
  invoke(name: string, payload: Json, signal: AbortSignal): Promise<string>;
};

/** Asks AWS Lambda. The client must not repeat requests that take long: a function would run twice. */
export function createFunctionInvoker(client: LambdaClient): FunctionInvoker {
  return {
    async invoke(name, payload, signal) {
      const command = new InvokeCommand({
        FunctionName: name,
        InvocationType: 'RequestResponse',
        Payload: new TextEncoder().encode(JSON.stringify(payload)),
      });
      const { FunctionError, Payload } = await client
        .send(command, { abortSignal: signal })
        .catch((thrown: unknown) => {
          throw failed(name, thrown);
        });
      // A function that answers nothing has no payload, whatever the type says.
      const text = Payload ? Payload.transformToString() : '';
      if (FunctionError === undefined) return text === '' ? 'null' : text;
      throw new NoneventError('CommandFailed', `function ${name} failed: ${plainLine(text, 1000)}`, {
        fields: { function: name },
        hint: 'read the log of the function',
      });
    },
  };
}

function failed(name: string, cause: unknown): NoneventError {
  const what = `lambda did not run ${name}: ${nameOf(cause)}: ${messageOf(cause)}`;
  return new NoneventError(isPassing(cause) ? 'StoreUnavailable' : 'CommandFailed', what, {
    fields: { function: name },
    hint: 'look whether the function is there and whether this role may invoke it',
    cause,
  });
}
