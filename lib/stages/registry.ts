import type { ChangeStage, CheckStage, Stage } from '../pipeline/stage.ts';
import { isChange } from '../pipeline/stage-class.ts';
import type { ChangeKind, CheckKind } from './kind.ts';
import { acquireKind } from './kinds/acquire.ts';
import { analysisKind } from './kinds/analysis.ts';
import { commandKind } from './kinds/command.ts';
import { compatibilityKind } from './kinds/compatibility.ts';
import { customKind } from './kinds/custom.ts';
import { flagKind } from './kinds/flag.ts';
import { functionKind } from './kinds/function.ts';
import { httpKind } from './kinds/http.ts';
import { migrateKind } from './kinds/migrate.ts';
import { parityKind } from './kinds/parity.ts';
import { placeKind } from './kinds/place.ts';
import { rehearsalKind } from './kinds/rehearsal.ts';
import { shiftKind } from './kinds/shift.ts';

/** The behaviour of every check of the schema. One that is left out does not compile. */
const CHECK_KINDS: { readonly [Checked in CheckStage as Checked['kind']]: CheckKind<Checked> } = {
  command: commandKind,
  http: httpKind,
  analysis: analysisKind,
  compatibility: compatibilityKind,
  parity: parityKind,
  function: functionKind,
  rehearsal: rehearsalKind,
};

/** The behaviour of every change of the schema. One that is left out does not compile. */
const CHANGE_KINDS: { readonly [Changed in ChangeStage as Changed['kind']]: ChangeKind<Changed> } = {
  acquire: acquireKind,
  place: placeKind,
  shift: shiftKind,
  flag: flagKind,
  migrate: migrateKind,
  custom: customKind,
};

/** What a stage does. */
export function kindOf<Written extends CheckStage>(stage: Written): CheckKind<Written>;
export function kindOf<Written extends ChangeStage>(stage: Written): ChangeKind<Written>;
export function kindOf(stage: Stage): CheckKind<CheckStage> | ChangeKind<ChangeStage>;
export function kindOf(stage: Stage): CheckKind<CheckStage> | ChangeKind<ChangeStage> {
  return isChange(stage) ? changeKindOf(stage) : checkKindOf(stage as CheckStage);
}

/** What a check observes and how it judges. The kind takes the stage it was looked up with, and no other. */
export function checkKindOf<Written extends CheckStage>(stage: Written): CheckKind<Written> {
  // The compiler does not see that the kind found under a stage's own `kind` takes that stage.
  return CHECK_KINDS[stage.kind] as unknown as CheckKind<Written>;
}

/** What a change captures, applies and undoes. The kind takes the stage it was looked up with, and no other. */
export function changeKindOf<Written extends ChangeStage>(stage: Written): ChangeKind<Written> {
  // As above.
  return CHANGE_KINDS[stage.kind] as unknown as ChangeKind<Written>;
}
