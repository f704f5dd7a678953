import { z } from 'zod';
import type { Objects } from '../lib/audit/distributed/objects.ts';
import { run } from '../lib/audit/distributed/run.ts';
import { verifyGroup } from '../lib/audit/distributed/verify-group.ts';
import { type Handler, handler } from './handler.ts';

const task = z.object({ run, group: z.int().min(0) });

/** Verifies the streams of one group of an export. */
export function verifyGroupHandler(objects: Objects): Handler {
  return handler(task, ({ run, group }) => verifyGroup(objects, run, group));
}
