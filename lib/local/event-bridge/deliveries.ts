import { z } from 'zod';
import { type BusEvent, busEvent } from './event.ts';

const delivery = { event: z.string().describe('The id of the event.'), rule: z.string() };

/** What the journal of the event bus holds. */
export const busRecord = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('accepted'), event: busEvent, rules: z.array(z.string()).min(1) }),
  z.strictObject({ type: z.literal('attempted'), ...delivery, attempt: z.int().min(1) }),
  z.strictObject({ type: z.literal('delivered'), ...delivery }),
  z.strictObject({
    type: z.literal('dead'),
    ...delivery,
    attempts: z.int().min(0),
    reason: z.string(),
    at: z.string(),
  }),
  z.strictObject({ type: z.literal('redriven'), ...delivery }),
]);
export type BusRecord = z.output<typeof busRecord>;

/** An event on its way to the function of a rule. */
export type Delivery = {
  readonly event: BusEvent;
  readonly rule: string;
  /** Attempts begun so far, by earlier systems on the same folder too. */
  readonly attempts: number;
};

/** A delivery that was given up. */
export type DeadLetter = Delivery & { readonly reason: string; readonly at: string };

export type Deliveries = {
  readonly pending: Map<string, Delivery>;
  readonly dead: Map<string, DeadLetter>;
};

export function deliveryKey(event: string, rule: string): string {
  return `${event} ${rule}`;
}

/** What is on its way and what was given up, after these records. */
export function foldDeliveries(records: readonly BusRecord[]): Deliveries {
  const deliveries: Deliveries = { pending: new Map(), dead: new Map() };
  for (const record of records) foldRecord(deliveries, record);
  return deliveries;
}

/** Takes one more record into account. */
export function foldRecord({ pending, dead }: Deliveries, record: BusRecord): void {
  if (record.type === 'accepted') {
    for (const rule of record.rules) {
      pending.set(deliveryKey(record.event.id, rule), { event: record.event, rule, attempts: 0 });
    }
    return;
  }
  const key = deliveryKey(record.event, record.rule);
  const delivery = pending.get(key);
  switch (record.type) {
    case 'attempted':
      if (delivery !== undefined) pending.set(key, { ...delivery, attempts: record.attempt });
      return;
    case 'delivered':
      pending.delete(key);
      return;
    case 'dead':
      pending.delete(key);
      if (delivery !== undefined) {
        dead.set(key, { ...delivery, attempts: record.attempts, reason: record.reason, at: record.at });
      }
      return;
    case 'redriven': {
      const letter = dead.get(key);
      dead.delete(key);
      if (letter !== undefined) pending.set(key, { event: letter.event, rule: letter.rule, attempts: 0 });
      return;
    }
    default:
      record satisfies never;
  }
}

/** The fewest records that fold to the same. */
export function compacted(records: readonly BusRecord[]): readonly BusRecord[] {
  const { pending, dead } = foldDeliveries(records);
  return [
    ...[...pending.values()].flatMap((delivery): readonly BusRecord[] => [
      accepted(delivery),
      ...(delivery.attempts === 0
        ? []
        : [
            {
              type: 'attempted' as const,
              event: delivery.event.id,
              rule: delivery.rule,
              attempt: delivery.attempts,
            },
          ]),
    ]),
    ...[...dead.values()].flatMap((letter): readonly BusRecord[] => [
      accepted(letter),
      {
        type: 'dead',
        event: letter.event.id,
        rule: letter.rule,
        attempts: letter.attempts,
        reason: letter.reason,
        at: letter.at,
      },
    ]),
  ];
}

function accepted({ event, rule }: Delivery): BusRecord {
  return { type: 'accepted', event, rules: [rule] };
}
