import { z } from 'zod';
import type { EventStore } from '../lib/history/event-store.ts';
import { requestStop, stopRequest } from '../lib/stages/drive/request-stop.ts';
import type { Handler } from './handler.ts';

const envelope = z.object({ detail: stopRequest });

/** Records a stop for the EventBridge event "Stop Requested". */
export function stopHandler(services: { readonly store: EventStore }): Handler {
  return async (payload) => ({ result: await requestStop(services.store, envelope.parse(payload).detail) });
}
