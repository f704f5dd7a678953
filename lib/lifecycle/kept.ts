import type { EventData } from '../history/events.ts';

/** Why nothing of a change that had begun was undone, as its undo recorded it; `undefined` where it was undone or had never begun. Pure. */
export function keptBecause({
  effect,
  evidence,
}: Pick<EventData<'StageUndone'>, 'effect' | 'evidence'>): string | undefined {
  return effect === 'nothing' ? reasonIn(evidence) : undefined;
}

/** What an undo says that found nothing it was to undo. Pure. */
export function reasonIn(evidence: EventData<'StageUndone'>['evidence']): string | undefined {
  if (typeof evidence !== 'object' || evidence === null || !('undone' in evidence)) return undefined;
  const { undone, why } = evidence as { readonly undone: unknown; readonly why?: unknown };
  return undone === false && typeof why === 'string' ? why : undefined;
}
