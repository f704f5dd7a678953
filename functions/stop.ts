import { z } from 'zod';
import type { EventStore } from '../lib/history/event-store.ts';
import { requestStop, stopRequest } from '../lib/stages/drive/request-stop.ts';
import { type Handler, handler } from './handler.ts';

const envelope = z.object({ detail: stopRequest });

/** Records a stop for the EventBridge event "Stop Requested". */
export function stopHandler(services: { readonly store: EventStore }): Handler {
  return handler(envelope, async ({ detail }) => ({ result: await requestStop(services.store, detail) }));
}
