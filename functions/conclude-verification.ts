import { z } from 'zod';
import { concludeRun } from '../lib/audit/distributed/conclude-run.ts';
import type { Objects } from '../lib/audit/distributed/objects.ts';
import { run } from '../lib/audit/distributed/run.ts';
import { type Handler, handler } from './handler.ts';

const task = z.object({ run });

/** Adds up what was found in an export, and writes the report. */
export function concludeVerificationHandler(objects: Objects): Handler {
  return handler(task, ({ run }) => concludeRun(objects, run));
}
