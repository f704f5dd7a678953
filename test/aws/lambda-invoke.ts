import { LambdaClient } from '@aws-sdk/client-lambda';
import { serve } from './serve.ts';

export type FakeFunction = (payload: unknown) => unknown;

/**
 * Lambda as far as functions are invoked and waited for: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html. A function
 * that throws answers 200 with the header `X-Amz-Function-Error` and the error as payload; one that is not there is 404.
 */
export async function fakeLambda(functions: Readonly<Record<string, FakeFunction>>): Promise<{
  readonly client: LambdaClient;
  readonly faults: [number, string][];
  readonly asked: unknown[];
}> {
  const faults: [number, string][] = [];
  const asked: unknown[] = [];
  const service = await serve(({ method, path, headers, body }) => {
    const fault = faults.shift();
    if (fault !== undefined) return failure(...fault);
    const [, name = ''] = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(path) ?? [];
    const called = Object.hasOwn(functions, name) ? functions[name] : undefined;
    if (method !== 'POST' || called === undefined) return failure(404, 'ResourceNotFoundException');
    if (headers['x-amz-invocation-type'] !== 'RequestResponse')
      return failure(400, 'InvalidParameterValueException');
    const payload = JSON.parse(body.toString());
    asked.push(payload);
    try {
      return { body: JSON.stringify(called(payload)) ?? '' };
    } catch (thrown) {
      const problem = { errorType: 'Error', errorMessage: String(thrown) };
      return { headers: { 'x-amz-function-error': 'Unhandled' }, body: JSON.stringify(problem) };
    }
  });
  return { client: new LambdaClient({ ...service, maxAttempts: 1 }), faults, asked };
}

function failure(status: number, name: string) {
  return { status, headers: { 'x-amzn-errortype': name }, body: JSON.stringify({ message: name }) };
}
