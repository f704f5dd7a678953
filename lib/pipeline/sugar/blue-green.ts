import { z } from 'zod';
import { analysisCriteria } from '../kinds/analysis.ts';
import { mode } from '../kinds/stage-fields.ts';
import { hasCriterion, NO_BOUND, NO_MINIMUM, saysEnough } from './bounds.ts';
import { smokeCheck, sugarFields } from './fields.ts';

/** Sugar: places the release beside the live one, asks it one question, then gives it all of the traffic at once. */
export const blueGreenStage = z
  .strictObject({
    kind: z.literal('blueGreen'),
    ...sugarFields,
    smoke: smokeCheck.optional(),
    analysis: z
      .strictObject({ ...analysisCriteria, mode })
      .refine(hasCriterion, NO_BOUND)
      .refine(saysEnough, NO_MINIMUM)
      .optional()
      .describe('What the release is held against once it has all of the traffic.'),
  })
  .describe('Stands for: place, an optional smoke check, a shift to 100, and an optional analysis.');

export type BlueGreenStage = z.output<typeof blueGreenStage>;
