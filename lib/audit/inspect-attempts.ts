import type { Event, EventData } from '../history/events.ts';
import { keptBecause } from '../lifecycle/kept.ts';
import { changesOf } from '../pipeline/steps.ts';

/** How an attempt that nobody could record ended: its handler vanished, maybe before it could record that it began. */
const UNRECORDED: ReadonlySet<string> = new Set(['timedOut', 'lost']);

type Stage = {
  attempts: number;
  undoFailures: number;
  /** Whether an attempt was begun and has no outcome yet. */
  isOpen: boolean;
  hasBegun: boolean;
  /** Only a migration may stay where its deployment is taken back. */
  isMigration: boolean;
};

/**
 * Holds the attempts of a deployment's stages against each other, which its machine does not: attempts are numbered without
 * gaps, an outcome follows the start of that very attempt, and a change is undone exactly where it had begun. So whoever
 * writes a history anew cannot leave out that something was begun, or that it was tried again.
 *
 * Give it every event in order; it gives what is wrong with one.
 */
export function inspectAttempts(): (event: Event) => string | undefined {
  const stages = new Map<string, Stage>();
  const named = (name: string): Stage => {
    const known = stages.get(name);
    if (known !== undefined) return known;
    const fresh = { attempts: 0, undoFailures: 0, isOpen: false, hasBegun: false, isMigration: false };
    stages.set(name, fresh);
    return fresh;
  };
  return (event) => {
    switch (event.type) {
      case 'DeploymentRequested':
        // A rollback undoes what another deployment began.
        for (const name of Object.keys(event.data.captures ?? {})) named(name).hasBegun = true;
        for (const { kind, name } of changesOf(event.data.pipeline))
          named(name).isMigration = kind === 'migrate';
        return undefined;
      case 'StageStarted':
        return started(named(event.data.stage), event.data);
      case 'StageAwaiting':
      case 'StageMeasured':
        return openProblem(named(event.data.stage), event.data);
      case 'StagePassed':
        return passed(named(event.data.stage), event.data);
      case 'StageAttemptFailed':
        return attemptFailed(named(event.data.stage), event.data);
      case 'StageFailed':
        return failed(named(event.data.stage), event.data);
      case 'StageUndone':
        return undoProblem(named(event.data.stage), event.data);
      default:
        return undefined;
    }
  };
}

function started(stage: Stage, { stage: name, attempt }: EventData<'StageStarted'>): string | undefined {
  if (stage.isOpen)
    return `attempt ${attempt} of ${name} begins, but attempt ${stage.attempts} has no outcome`;
  const problem = numberProblem(name, attempt, stage.attempts + 1);
  Object.assign(stage, { attempts: attempt, isOpen: true, hasBegun: true });
  return problem;
}

function passed(stage: Stage, data: EventData<'StagePassed'>): string | undefined {
  const problem = openProblem(stage, data);
  stage.isOpen = false;
  return problem;
}

function openProblem(
  stage: Stage,
  { stage: name, attempt }: { readonly stage: string; readonly attempt: number },
): string | undefined {
  if (stage.isOpen && stage.attempts === attempt) return undefined;
  const open = stage.isOpen ? `attempt ${stage.attempts} is open` : 'none is open';
  return `it says what came of attempt ${attempt} of ${name}, but ${open}: nothing records that it began`;
}

/** An attempt may fail before it has begun: what it would overwrite could not be captured. */
function attemptFailed(stage: Stage, data: EventData<'StageAttemptFailed'>): string | undefined {
  const { stage: name, attempt, lane } = data;
  if (lane === 'undo') {
    stage.undoFailures += 1;
    return numberProblem(`the undo of ${name}`, attempt, stage.undoFailures);
  }
  const problem = numberProblem(name, attempt, stage.isOpen ? stage.attempts : stage.attempts + 1);
  Object.assign(stage, { attempts: attempt, isOpen: false });
  return problem;
}

/** Attempt 0: it never began. Where nobody could record what happened, the start may be missing too. */
function failed(
  stage: Stage,
  { stage: name, attempt, failure }: EventData<'StageFailed'>,
): string | undefined {
  stage.isOpen = false;
  if (stage.hasBegun || attempt === 0)
    return numberProblem(name, attempt, stage.hasBegun ? stage.attempts : 0);
  if (UNRECORDED.has(failure.mode)) return numberProblem(name, attempt, Math.max(1, stage.attempts));
  return `attempt ${attempt} of ${name} failed, but nothing records that it began`;
}

function undoProblem(stage: Stage, data: EventData<'StageUndone'>): string | undefined {
  const { stage: name, effect } = data;
  if (stage.isMigration && keptBecause(data) !== undefined && stage.hasBegun) return undefined;
  if (effect === 'undone' && !stage.hasBegun) return `${name} is undone, but nothing records that it began`;
  if (effect === 'nothing' && stage.hasBegun) return `${name} had begun, but nothing of it is undone`;
  return undefined;
}

function numberProblem(what: string, found: number, expected: number): string | undefined {
  return found === expected ? undefined : `it is attempt ${found} of ${what}, expected attempt ${expected}`;
}
