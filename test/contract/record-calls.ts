import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** A call that a client made, and how many items it read where it says so. */
export type Call = { readonly command: string; readonly items: number | undefined };

/** Records the calls of a client from now on. */
export function recordCalls(client: DynamoDBClient): readonly Call[] {
  const calls: Call[] = [];
  client.middlewareStack.add(
    (next, context) => async (request) => {
      const result = await next(request);
      const { ScannedCount: items } = result.output as { readonly ScannedCount?: number };
      calls.push({ command: String(context.commandName), items });
      return result;
    },
    { step: 'initialize' },
  );
  return calls;
}
