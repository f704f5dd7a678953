import { z } from 'zod';
import { foldExportedSeals } from '../lib/audit/distributed/fold-seals.ts';
import type { Objects } from '../lib/audit/distributed/objects.ts';
import { run } from '../lib/audit/distributed/run.ts';
import { type Handler, handler } from './handler.ts';

const task = z.object({ run });

/** Verifies the seals of an export, once all its files are split. */
export function foldSealsHandler(objects: Objects): Handler {
  return handler(task, ({ run }) => foldExportedSeals(objects, run));
}
