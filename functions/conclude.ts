import { z } from 'zod';
import { deploymentId } from '../lib/history/deployment-id.ts';
import { concludeDeployment } from '../lib/stages/drive/conclude-deployment.ts';
import type { Services } from '../lib/stages/drive/services.ts';
import { caughtFailure } from '../lib/stages/drive/unrecorded-failure.ts';
import { type Handler, handler } from './handler.ts';

const task = z.object({ deployment: deploymentId, failure: caughtFailure });

/** Ends a deployment; its answer is the cause that the console shows. */
export function concludeHandler(services: Services): Handler {
  return handler(task, (payload) => concludeDeployment(services, payload));
}
