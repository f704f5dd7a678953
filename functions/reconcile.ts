import { z } from 'zod';
import { type CoolingServices, coolRevisions } from '../lib/stages/drive/cool-revisions.ts';
import { reconcile } from '../lib/stages/drive/reconcile.ts';
import { type Handler, handler } from './handler.ts';

/**
 * Drives on what is open and has no living execution, and stops what need not be kept warm any longer; for a schedule and for "Step
 * Functions Execution Status Change".
 */
export function reconcileHandler(services: Parameters<typeof reconcile>[0] & CoolingServices): Handler {
  return handler(z.unknown(), async () => ({
    ...(await reconcile(services)),
    cooled: await coolRevisions(services),
  }));
}
