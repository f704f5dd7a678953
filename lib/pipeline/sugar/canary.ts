import { z } from 'zod';
import { analysisCriteria } from '../kinds/analysis.ts';
import { mode } from '../kinds/stage-fields.ts';
import { hasCriterion, NO_BOUND, NO_MINIMUM, saysEnough } from './bounds.ts';
import { smokeCheck, sugarFields } from './fields.ts';

const percents = z
  .array(z.int().min(1).max(100))
  .min(1)
  .max(20)
  .refine(
    (steps) => steps.every((percent, index) => percent > (steps[index - 1] ?? 0)) && steps.at(-1) === 100,
    {
      error: 'expected percentages that rise and end with 100, such as [10, 50, 100]',
      params: { code: 'NE213' },
    },
  )
  .describe('Shares of the traffic in percent, one after the other; they rise and end with 100.');

/** Sugar: places the release, then gives it more and more of the traffic, with an analysis after each step. */
export const canaryStage = z
  .strictObject({
    kind: z.literal('canary'),
    ...sugarFields,
    steps: percents,
    smoke: smokeCheck.optional(),
    analysis: z
      .strictObject({ ...analysisCriteria, mode })
      .refine(hasCriterion, NO_BOUND)
      .refine(saysEnough, NO_MINIMUM)
      .describe('What the release is held against after each step; `for` is the time at each step.'),
  })
  .describe(
    'Stands for: place, an optional smoke check, then a shift and an analysis for each step. A failure at any step undoes all of it.',
  );

export type CanaryStage = z.output<typeof canaryStage>;
