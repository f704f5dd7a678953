import { z } from 'zod';
import { change, environment } from './stage-fields.ts';

/** Starts the release beside the live revision, without traffic. */
export const placeStage = z.strictObject({ kind: z.literal('place'), ...change, environment });

export type PlaceStage = z.output<typeof placeStage>;
