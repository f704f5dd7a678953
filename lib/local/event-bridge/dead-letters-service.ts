import { z } from 'zod';
import { operation, type Service } from '../json-protocol.ts';
import type { EventBus } from './event-bus.ts';

/** What the operation is called in `X-Amz-Target`. AWS has no such service: there the queues themselves deliver again. */
export const REDRIVE = { service: 'NoneventDeadLetters', operation: 'Redrive' } as const;

/** Delivers again what the bus had given up. */
export function deadLettersService(bus: Pick<EventBus, 'deadLetters' | 'redrive'>): Service {
  return {
    contentType: 'application/x-amz-json-1.0',
    operations: {
      [REDRIVE.operation]: operation(z.object({}), async () => {
        const letters = bus.deadLetters();
        for (const { event, rule } of letters) await bus.redrive(event.id, rule);
        return { redriven: letters.length };
      }),
    },
  };
}
