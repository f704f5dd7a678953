import { z } from 'zod';
import type { EventStore } from '../lib/history/event-store.ts';
import { requestUnlock, unlockRequest } from '../lib/stages/drive/request-unlock.ts';
import { type Handler, handler } from './handler.ts';

const envelope = z.object({ detail: unlockRequest });

/** Frees a lease for the EventBridge event "Unlock Requested". */
export function unlockHandler(services: { readonly store: EventStore }): Handler {
  return handler(envelope, async ({ detail }) => ({ result: await requestUnlock(services.store, detail) }));
}
