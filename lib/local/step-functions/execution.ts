import { z } from 'zod';

const endedStatus = z.enum(['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED']);

/** What the journal of executions holds. Times are milliseconds since 1970. */
export const executionRecord = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('started'),
    arn: z.string(),
    name: z.string(),
    stateMachine: z.string(),
    input: z.string(),
    startedAt: z.number(),
  }),
  z.strictObject({
    type: z.literal('ended'),
    arn: z.string(),
    status: endedStatus,
    endedAt: z.number(),
    output: z.string().optional(),
    error: z.string().optional(),
    cause: z.string().optional(),
  }),
]);
export type ExecutionRecord = z.output<typeof executionRecord>;
export type ExecutionStarted = Extract<ExecutionRecord, { type: 'started' }>;
export type ExecutionEnded = Extract<ExecutionRecord, { type: 'ended' }>;

export type Execution = ExecutionStarted & { readonly ended: ExecutionEnded | undefined };

/** All executions of a journal by ARN, in the order they began. */
export function executionsIn(records: readonly ExecutionRecord[]): Map<string, Execution> {
  const executions = new Map<string, Execution>();
  for (const record of records) {
    if (record.type === 'started') executions.set(record.arn, { ...record, ended: undefined });
    else {
      const started = executions.get(record.arn);
      if (started !== undefined) executions.set(record.arn, { ...started, ended: record });
    }
  }
  return executions;
}

/** The name of an execution is free again after this long (https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html). */
const NAME_KEPT_MS = 90 * 24 * 3600 * 1000;

/** Whether an execution has ended so long ago that it is forgotten. */
export function isForgotten(execution: Execution, now: number): boolean {
  return execution.ended !== undefined && now - execution.ended.endedAt > NAME_KEPT_MS;
}

/** The records of the executions that are not forgotten. */
export function rememberedRecords(
  records: readonly ExecutionRecord[],
  now: number,
): readonly ExecutionRecord[] {
  const executions = executionsIn(records);
  return records.filter((record) => {
    const execution = executions.get(record.arn);
    return execution !== undefined && !isForgotten(execution, now);
  });
}
