import type { EventStore } from '../../history/event-store.ts';
import { NoneventError } from '../../nonevent-error.ts';

/** A store whose outages are told in the words of `explain`. What is wrong with a history itself is passed on as it is. */
export function explainedStore(
  store: EventStore,
  explain: (outage: NoneventError) => NoneventError,
): EventStore {
  const explained = async <Answer>(answer: Promise<Answer>): Promise<Answer> => {
    try {
      return await answer;
    } catch (thrown) {
      throw thrown instanceof NoneventError && thrown.code === 'StoreUnavailable' ? explain(thrown) : thrown;
    }
  };
  return {
    load: (stream) => explained(store.load(stream)),
    loadAfter: (head) => explained(store.loadAfter(head)),
    append: (head, events) => explained(store.append(head, events)),
    list: (which, limit, since) => explained(store.list(which, limit, since)),
    find: (prefix) => explained(store.find(prefix)),
  };
}
