import { z } from 'zod';
import { deploymentId } from '../lib/history/deployment-id.ts';
import { name } from '../lib/pipeline/names.ts';
import { performStage } from '../lib/stages/drive/perform-stage.ts';
import type { Services } from '../lib/stages/drive/services.ts';
import { type Handler, handler } from './handler.ts';

const task = z.object({
  deployment: deploymentId,
  stage: name,
  token: z.string().min(1).max(2048).optional(),
});

/** Performs one stage for a task of the state machine. */
export function stageHandler(services: Services): Handler {
  return handler(task, (payload) => performStage(services, payload));
}
