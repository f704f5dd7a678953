import { z } from 'zod';
import { acquireStage } from './kinds/acquire.ts';
import { analysisStage } from './kinds/analysis.ts';
import { commandStage } from './kinds/command.ts';
import { compatibilityStage } from './kinds/compatibility.ts';
import { customStage } from './kinds/custom.ts';
import { flagStage } from './kinds/flag.ts';
import { functionStage } from './kinds/function.ts';
import { httpStage } from './kinds/http.ts';
import { migrateStage } from './kinds/migrate.ts';
import { parityStage } from './kinds/parity.ts';
import { placeStage } from './kinds/place.ts';
import { rehearsalStage } from './kinds/rehearsal.ts';
import { shiftStage } from './kinds/shift.ts';

export const checkStage = z.discriminatedUnion('kind', [
  commandStage,
  httpStage,
  analysisStage,
  compatibilityStage,
  parityStage,
  functionStage,
  rehearsalStage,
]);
export const changeStage = z.discriminatedUnion('kind', [
  acquireStage,
  placeStage,
  shiftStage,
  flagStage,
  migrateStage,
  customStage,
]);
export const stage = z.discriminatedUnion('kind', [...checkStage.options, ...changeStage.options]);

/** A stage that asks a question and changes nothing. */
export type CheckStage = z.output<typeof checkStage>;
/** A stage that changes something and can take it back. */
export type ChangeStage = z.output<typeof changeStage>;
export type Stage = CheckStage | ChangeStage;
export type StageKind = Stage['kind'];
export type StageClass = 'check' | 'change';
