import { z } from 'zod';
import { requestRerun, rerunRequest } from '../lib/stages/drive/request-rerun.ts';
import { type Handler, handler } from './handler.ts';

const envelope = z.object({ detail: rerunRequest });

/** Opens a rerun for the EventBridge event "Rerun Requested". */
export function rerunHandler(services: Parameters<typeof requestRerun>[0]): Handler {
  return handler(envelope, ({ detail }) => requestRerun(services, detail));
}
