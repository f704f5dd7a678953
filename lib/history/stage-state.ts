import { z } from 'zod';

/** Where a stage stands. */
export const stageState = z.enum([
  'pending',
  'running',
  'passed',
  'reused',
  'failed',
  'abandoned', // a parallel sibling failed first, so its outcome no longer matters
  'undoing',
  'undone',
  'undoFailed',
]);
export type StageState = z.output<typeof stageState>;
