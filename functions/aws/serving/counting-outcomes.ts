import { ENDINGS } from '../../../lib/aws/system-metric.ts';
import type { EventStore } from '../../../lib/history/event-store.ts';
import type { Invocation } from './on-lambda.ts';

/** The same store; every end of a deployment that it writes is counted, and none twice. */
export function countingOutcomes(store: EventStore, count: Invocation['count']): EventStore {
  return {
    ...store,
    async append(head, events) {
      const result = await store.append(head, events);
      if (result.outcome === 'appended') {
        for (const { type } of events) {
          const ending = ENDINGS.find((each) => each === type);
          if (ending !== undefined) count(ending);
        }
      }
      return result;
    },
  };
}
