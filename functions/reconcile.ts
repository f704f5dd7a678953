import { z } from 'zod';
import { reconcile } from '../lib/stages/drive/reconcile.ts';
import { type Handler, handler } from './handler.ts';

/** Drives on what is open and has no living execution; for a schedule and for "Step Functions Execution Status Change". */
export function reconcileHandler(services: Parameters<typeof reconcile>[0]): Handler {
  return handler(z.unknown(), () => reconcile(services));
}
