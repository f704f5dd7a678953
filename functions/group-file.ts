import { z } from 'zod';
import { groupFile } from '../lib/audit/distributed/group-file.ts';
import type { Objects } from '../lib/audit/distributed/objects.ts';
import { exportFile, run } from '../lib/audit/distributed/run.ts';
import { type Handler, handler } from './handler.ts';

const task = z.object({ run, file: exportFile });

/** Splits one file of an export of the table by streams. */
export function groupFileHandler(objects: Objects): Handler {
  return handler(task, ({ run, file }) => groupFile(objects, run, file));
}
