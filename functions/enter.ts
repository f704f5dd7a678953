import { z } from 'zod';
import { deploymentId } from '../lib/history/deployment-id.ts';
import { enterRollback } from '../lib/stages/drive/enter-rollback.ts';
import type { Services } from '../lib/stages/drive/services.ts';
import { type Handler, handler } from './handler.ts';

const task = z.object({ deployment: deploymentId });

/** Makes sure that a rollback can be done, before its lane begins. */
export function enterHandler(services: Services): Handler {
  return handler(task, (payload) => enterRollback(services, payload));
}
