import { z } from 'zod';

const count = z.int().min(0);

/** A `Finding` as one function hands it to the next. */
export const exportedFinding = z.object({
  stream: z.string(),
  seq: count,
  problem: z.string(),
  bytes: z.object({ from: count, to: count }).exactOptional(),
});
