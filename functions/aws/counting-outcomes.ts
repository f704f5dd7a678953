import type { EventStore } from '../../lib/history/event-store.ts';
import type { Invocation, MetricName } from './on-lambda.ts';

const OUTCOMES: readonly string[] = [
  'DeploymentSucceeded',
  'DeploymentFailed',
  'DeploymentRolledBack',
  'DeploymentStuck',
] satisfies MetricName[];

/** The same store; every end of a deployment that it writes is counted, and none twice. */
export function countingOutcomes(store: EventStore, count: Invocation['count']): EventStore {
  return {
    ...store,
    async append(head, events) {
      const result = await store.append(head, events);
      if (result.outcome === 'appended') {
        for (const { type } of events) if (OUTCOMES.includes(type)) count(type as MetricName);
      }
      return result;
    },
  };
}
