import type { DynamoDBClient, QueryCommandInput, QueryCommandOutput } from '@aws-sdk/client-dynamodb';
import { StateMachine } from 'aws-local-stepfunctions';
import type { Handler } from '../../functions/handler.ts';
import { FUNCTIONS } from '../../lib/infra/function-catalogue.ts';
import { compileStatesLanguage } from '../../lib/lifecycle/states-language.ts';
import type { Pipeline } from '../../lib/pipeline/pipeline.ts';

export type Working = 'request' | 'stage' | 'enter' | 'undo' | 'conclude';
export type Counted = { transitions: number; invocations: number; gigabyteSeconds: number };

/** The handlers, with each invocation counted, and its time at the memory that the function has in AWS. */
export function counting(
  handlers: Readonly<Record<Working, Handler>>,
  counted: Counted,
): Readonly<Record<Working, Handler>> {
  const names = Object.keys(handlers) as readonly Working[];
  const wrapped = names.map((name) => {
    const count = async (payload: unknown): Promise<unknown> => {
      const begun = performance.now();
      try {
        return await handlers[name](payload);
      } finally {
        counted.invocations += 1;
        const seconds = (performance.now() - begun) / 1000;
        counted.gigabyteSeconds += (seconds * FUNCTIONS[name].memoryMegabytes) / 1024;
      }
    };
    return [name, count] as const;
  });
  return Object.fromEntries(wrapped) as Record<Working, Handler>;
}

/**
 * Runs the compiled document, waits and all, and counts each state that is entered, as Step Functions does for its price, with the start
 * (https://docs.aws.amazon.com/step-functions/latest/dg/concepts-transitions.html). Gives the name of the last state.
 */
export async function runCounted(
  pipeline: Pipeline,
  handlers: Readonly<Record<Working, Handler>>,
  deployment: string,
  counted: Counted,
): Promise<string> {
  const names = { stage: 'stage', undo: 'undo', enter: 'enter', conclude: 'conclude' };
  const document = compileStatesLanguage(pipeline, names);
  const tasks = Object.entries(document.States).flatMap(([name, state]) =>
    state.Type === 'Task' ? [[name, (input: unknown) => invoke(handlers, input)] as const] : [],
  );
  const execution = new StateMachine(document as never).run(
    { deployment, entry: 'forward', failure: null },
    { overrides: { taskResourceLocalHandlers: Object.fromEntries(tasks) as never } },
  );
  let last = '';
  counted.transitions += 1;
  const watching = (async () => {
    for await (const event of execution.eventLogs) {
      if (event.type !== 'StateEntered') continue;
      counted.transitions += 1;
      last = event.state.name;
    }
  })();
  await execution.result.catch(() => {});
  await watching;
  return last;
}

type Invocation = { readonly FunctionName: Working; readonly Payload: unknown };

async function invoke(handlers: Readonly<Record<Working, Handler>>, input: unknown): Promise<unknown> {
  const { FunctionName, Payload } = input as Invocation;
  return { Payload: (await handlers[FunctionName](Payload)) ?? null };
}

/** Counts the read units of a client's queries, as DynamoDB says them itself. */
export function countReads(client: DynamoDBClient): { units: number; queries: number } {
  const reads = { units: 0, queries: 0 };
  client.middlewareStack.add(
    (next) => async (request) => {
      const input = request.input as Partial<QueryCommandInput>;
      if (input.KeyConditionExpression === undefined) return next(request);
      const result = await next({ ...request, input: { ...request.input, ReturnConsumedCapacity: 'TOTAL' } });
      const { ConsumedCapacity } = result.output as QueryCommandOutput;
      reads.queries += 1;
      reads.units += ConsumedCapacity?.CapacityUnits ?? 0;
      return result;
    },
    { step: 'initialize' },
  );
  return reads;
}
