import { z } from 'zod';
import { flagRequest, requestFlag } from '../lib/stages/drive/request-flag.ts';
import { type Handler, handler } from './handler.ts';

const envelope = z.object({ detail: flagRequest });

/** Changes a flag for the EventBridge event "Flag Requested". */
export function flagHandler(services: Parameters<typeof requestFlag>[0]): Handler {
  return handler(envelope, ({ detail }) => requestFlag(services, detail));
}
