import { z } from 'zod';
import { requestRollback, rollbackRequest } from '../lib/stages/drive/request-rollback.ts';
import { type Handler, handler } from './handler.ts';

const envelope = z.object({ detail: rollbackRequest });

/** Opens a rollback for the EventBridge event "Rollback Requested". */
export function rollbackHandler(services: Parameters<typeof requestRollback>[0]): Handler {
  return handler(envelope, ({ detail }) => requestRollback(services, detail));
}
