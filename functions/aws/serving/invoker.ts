import { LambdaClient } from '@aws-sdk/client-lambda';
import { createFunctionInvoker, type FunctionInvoker } from '../../../lib/stages/cloud/function-invoker.ts';

/** Asks functions, once each: the client may not repeat what takes long, or they would run twice. */
export function openInvoker(): FunctionInvoker {
  return createFunctionInvoker(new LambdaClient({ maxAttempts: 1 }));
}
