import type { ChangeStage } from '../../pipeline/stage.ts';
import { isContract } from '../../pipeline/stage-class.ts';
import type { Json } from '../kind.ts';
import { captured } from './captured.ts';

/** Said of what is left by the undo of a migration. */
export const STAYS = {
  contract: 'a contract is not taken back',
  found: 'it was there before this deployment',
  builtOn: 'what came after it is built on it',
} as const;

/**
 * Why a rollback leaves a change of a deployment as it is; `undefined` where it undoes it, as far as that can be told from the deployment
 * alone. Pure.
 */
export function staysInRollback(
  change: ChangeStage,
  capture: Json | undefined,
  changes: readonly ChangeStage[],
): string | undefined {
  if (change.kind !== 'migrate') return undefined;
  const known = captured.safeParse(capture);
  if (known.success && known.data.already) return STAYS.found;
  if (isContract(change)) return STAYS.contract;
  const isEnded = changes.some(
    (other) =>
      other.kind === 'migrate' &&
      isContract(other) &&
      other.schema === change.schema &&
      other.environment === change.environment,
  );
  return isEnded ? STAYS.builtOn : undefined;
}
