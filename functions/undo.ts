import { z } from 'zod';
import { deploymentId } from '../lib/history/deployment-id.ts';
import { name } from '../lib/pipeline/names.ts';
import type { Services } from '../lib/stages/drive/services.ts';
import { undoStage } from '../lib/stages/drive/undo-stage.ts';
import { caughtFailure } from '../lib/stages/drive/unrecorded-failure.ts';
import { type Handler, handler } from './handler.ts';

const task = z.object({ deployment: deploymentId, stage: name, failure: caughtFailure });

/** Undoes one change for a task of the undo lane. */
export function undoHandler(services: Services): Handler {
  return handler(task, (payload) => undoStage(services, payload));
}
