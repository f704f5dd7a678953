import {
  openTriggered,
  type TriggerServices,
  triggeredEvent,
} from '../lib/stages/triggers/open-triggered.ts';
import { type Handler, handler } from './handler.ts';

/** Opens a deployment for an event of ECR, S3, CodeBuild or CodePipeline that a pipeline's trigger waits for. */
export function triggerHandler(services: TriggerServices): Handler {
  return handler(triggeredEvent, (payload) => openTriggered(services, payload));
}
