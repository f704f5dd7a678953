import { z } from 'zod';
import { literalSecretsIn } from '../lib/pipeline/lints/literal-secrets.ts';
import { deploymentRequest, requestDeployment } from '../lib/stages/drive/request-deployment.ts';
import { type Handler, handler } from './handler.ts';

const envelope = z.object({
  // Whoever puts the event on the bus may have read the pipeline with other tools than ours, and no event can be taken back.
  detail: deploymentRequest.superRefine(({ pipeline }, { addIssue }) => {
    for (const message of literalSecretsIn(pipeline)) {
      addIssue({ code: 'custom', path: ['pipeline'], message, input: undefined });
    }
  }),
});

/** Opens a deployment for the EventBridge event "Deployment Requested". */
export function requestHandler(services: Parameters<typeof requestDeployment>[0]): Handler {
  return handler(envelope, ({ detail }) => requestDeployment(services, detail));
}
