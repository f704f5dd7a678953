import { z } from 'zod';
import type { DeploymentId } from '../lib/history/deployment-id.ts';
import type { EventStore } from '../lib/history/event-store.ts';
import { requestStop, stopRequest } from '../lib/stages/drive/request-stop.ts';
import { type Handler, handler } from './handler.ts';

const envelope = z.object({ detail: stopRequest });

/**
 * Records a stop for the EventBridge event "Stop Requested". Work of ours sees it by itself; what waits for somebody outside is ended
 * by `settleAwaited`, at once where it is given, and else by whoever looks from time to time. Where that fails, so does the event: it is
 * delivered again, finds the stop recorded, and ends what waits.
 */
export function stopHandler(services: {
  readonly store: EventStore;
  readonly settleAwaited?: (deployment: DeploymentId) => Promise<void>;
}): Handler {
  return handler(envelope, async ({ detail }) => {
    const result = await requestStop(services.store, detail);
    if (result !== 'too late') await services.settleAwaited?.(detail.deployment);
    return { result };
  });
}
