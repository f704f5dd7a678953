import { z } from 'zod';
import { digest } from '../../pipeline/release.ts';

/** What a migration found when it began. */
export const captured = z.object({
  artifact: digest,
  served: z.array(z.int()).nullable().describe('What was served before; null where nothing was known.'),
  already: z.boolean().describe('Whether the schema had the version before the stage began.'),
  run: z
    .string()
    .optional()
    .describe('What the builds that take it back are known by, where it runs in a project.'),
});
export type Captured = z.output<typeof captured>;
