import { z } from 'zod';
import { deploymentRequest, requestDeployment } from '../lib/stages/drive/request-deployment.ts';
import { type Handler, handler } from './handler.ts';

const envelope = z.object({ detail: deploymentRequest });

/** Opens a deployment for the EventBridge event "Deployment Requested". */
export function requestHandler(services: Parameters<typeof requestDeployment>[0]): Handler {
  return handler(envelope, ({ detail }) => requestDeployment(services, detail));
}
