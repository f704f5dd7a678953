import { messageOf, NoneventError, nameOf } from '../../nonevent-error.ts';
import type { Functions } from '../functions.ts';
import { openJournal } from '../journal.ts';
import {
  type BusRecord,
  busRecord,
  compacted,
  type DeadLetter,
  type Delivery,
  deliveryKey,
  foldDeliveries,
  foldRecord,
} from './deliveries.ts';
import type { BusEvent } from './event.ts';
import { isMatch, type Pattern } from './pattern.ts';

/** Events that match the pattern go to the function. */
export type Rule = { readonly name: string; readonly pattern: Pattern; readonly function: string };

export type EventBusOptions = {
  readonly path: string;
  readonly rules: readonly Rule[];
  readonly functions: Functions;
  /** Pauses between attempts last this much of their time. */
  readonly timeScale: number;
  readonly onError: (error: unknown) => void;
};

export type EventBus = {
  /** Resolves when the events that any rule matches are durable. Delivery follows by itself. Error: `StoreUnavailable`. */
  readonly publish: (events: readonly BusEvent[]) => Promise<void>;
  /** Begins to deliver, first of all what an earlier system accepted and did not deliver. */
  readonly start: () => void;
  /** What was given up, oldest first. */
  readonly deadLetters: () => readonly DeadLetter[];
  /** Tries a dead letter anew. Error: `NotFound`. */
  readonly redrive: (event: string, rule: string) => Promise<void>;
  /** Begins no more deliveries. What is published from now on is delivered by the next start. */
  readonly halt: () => void;
  readonly close: () => Promise<void>;
};

const ATTEMPTS_AT_MOST = 5;
const FIRST_PAUSE_MS = 1000; // doubles with each attempt
const AT_ONCE = 8;

/**
 * An event bus that delivers each event at least once to the function of every rule it matches. An attempt is recorded
 * before it is made, so an event that ends the whole process is given up after as many attempts as any other.
 */
export async function openEventBus(options: EventBusOptions): Promise<EventBus> {
  const { journal, entries } = await openJournal(options.path, busRecord, compacted);
  const deliveries = foldDeliveries(entries);
  const rules = new Map(options.rules.map((rule) => [rule.name, rule]));
  const timers = new Set<NodeJS.Timeout>();
  const ready: string[] = [];
  let isStarted = false;
  let isHalted = false;
  let underWay = 0;

  const record = async (entry: BusRecord): Promise<void> => {
    await journal.append(entry);
    foldRecord(deliveries, entry);
  };

  const enqueue = (key: string): void => {
    ready.push(key);
    deliverNext();
  };

  const deliverNext = (): void => {
    while (isStarted && !isHalted && underWay < AT_ONCE) {
      const key = ready.shift();
      if (key === undefined) return;
      underWay += 1;
      void deliver(key)
        .catch(options.onError)
        .finally(() => {
          underWay -= 1;
          deliverNext();
        });
    }
  };

  const deliver = async (key: string): Promise<void> => {
    const delivery = deliveries.pending.get(key);
    if (delivery === undefined) return;
    const rule = rules.get(delivery.rule);
    if (rule === undefined) return giveUp(delivery, `there is no rule ${delivery.rule} any more`);
    if (delivery.attempts >= ATTEMPTS_AT_MOST)
      return giveUp(delivery, 'the system ended during the last attempt');
    const named = { event: delivery.event.id, rule: delivery.rule };
    const attempt = delivery.attempts + 1;
    await record({ type: 'attempted', ...named, attempt });
    try {
      await options.functions.invoke(rule.function, delivery.event);
    } catch (thrown) {
      if (isHalted) return;
      if (attempt >= ATTEMPTS_AT_MOST) return giveUp({ ...delivery, attempts: attempt }, reasonOf(thrown));
      return later(key, FIRST_PAUSE_MS * 2 ** (attempt - 1) * options.timeScale);
    }
    await record({ type: 'delivered', ...named });
  };

  const later = (key: string, milliseconds: number): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      enqueue(key);
    }, milliseconds);
    timers.add(timer);
  };

  const giveUp = async (delivery: Delivery, reason: string): Promise<void> => {
    await record({
      type: 'dead',
      event: delivery.event.id,
      rule: delivery.rule,
      attempts: delivery.attempts,
      reason,
      at: new Date().toISOString(),
    });
    const named = `event ${delivery.event.id} (${delivery.event['detail-type']})`;
    options.onError(new Error(`${named} is given up and kept as a dead letter: ${reason.slice(0, 300)}`));
  };

  return {
    publish: async (events) => {
      const wanted = events.map((event) => ({
        event,
        rules: options.rules.filter((rule) => isMatch(rule.pattern, event)).map((rule) => rule.name),
      }));
      await Promise.all(
        wanted.map(async ({ event, rules: matched }) => {
          if (matched.length === 0) return;
          await record({ type: 'accepted', event, rules: matched });
          for (const rule of matched) enqueue(deliveryKey(event.id, rule));
        }),
      );
    },
    start: () => {
      isStarted = true;
      ready.unshift(...[...deliveries.pending.keys()].filter((key) => !ready.includes(key)));
      deliverNext();
    },
    deadLetters: () => [...deliveries.dead.values()],
    redrive: async (event, rule) => {
      const key = deliveryKey(event, rule);
      if (!deliveries.dead.has(key)) {
        throw new NoneventError('NotFound', `no dead letter of event ${event} and rule ${rule}`, {
          fields: { event, rule },
        });
      }
      await record({ type: 'redriven', event, rule });
      enqueue(key);
    },
    halt: () => {
      isHalted = true;
      for (const timer of timers) clearTimeout(timer);
    },
    close: () => journal.close(),
  };
}

const REASON_CHARACTERS = 2000;

function reasonOf(thrown: unknown): string {
  const name = nameOf(thrown);
  return `${name}: ${messageOf(thrown)}`.slice(0, REASON_CHARACTERS);
}
