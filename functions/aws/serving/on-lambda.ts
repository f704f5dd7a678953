import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Context } from 'aws-lambda';
import type { SystemMetric } from '../../../lib/aws/system-metric.ts';
import { messageOf } from '../../../lib/nonevent-error.ts';
import type { Handler } from '../../handler.ts';

/** What an invocation gives to the handler that serves it. */
export type Invocation = {
  /** One line of the log, with the ids of the invocation and of its trace. */
  readonly log: (line: string) => void;
  /** Counts something that has happened, as a metric of the whole system. */
  readonly count: (metric: SystemMetric, howOften?: number) => void;
  /** Aborts shortly before the function's time is over. */
  readonly closing: AbortSignal;
};

/** Enough to end what runs and to record it. */
const ENDING_MS = 10_000;

/**
 * Serves invocations of a Lambda function: structured logs with the request and its trace, metrics in the embedded format, and
 * an end before the end. What is invoked with is never logged: it may hold what nobody should read.
 */
export function onLambda(
  serve: (invocation: Invocation) => Handler,
): (payload: unknown, context: Context) => Promise<unknown> {
  const logger = new Logger();
  const metrics = new Metrics();
  return async (payload, context) => {
    logger.addContext(context);
    const closing = new AbortController();
    const timer = setTimeout(
      () => closing.abort(),
      Math.max(0, context.getRemainingTimeInMillis() - ENDING_MS),
    );
    try {
      const handler = serve({
        log: (line) => logger.warn(line),
        count: (metric, howOften = 1) => metrics.addMetric(metric, MetricUnit.Count, howOften),
        closing: closing.signal,
      });
      return await handler(payload);
    } catch (thrown) {
      logger.error(messageOf(thrown), thrown instanceof Error ? thrown : new Error(String(thrown)));
      throw thrown;
    } finally {
      clearTimeout(timer);
      metrics.publishStoredMetrics();
    }
  };
}
