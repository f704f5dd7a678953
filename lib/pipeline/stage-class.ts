import type { ChangeStage, Stage, StageClass, StageKind } from './stage.ts';

const CLASS_OF_KIND: Readonly<Record<StageKind, StageClass>> = {
  command: 'check',
  http: 'check',
  analysis: 'check',
  compatibility: 'check',
  parity: 'check',
  function: 'check',
  rehearsal: 'check',
  acquire: 'change',
  place: 'change',
  shift: 'change',
  flag: 'change',
  migrate: 'change',
  custom: 'change',
};

/** Whether a stage is a check or a change. */
export function classOf(stage: Stage): StageClass {
  return CLASS_OF_KIND[stage.kind];
}

/** Whether a stage is a change, narrowing its type. */
export function isChange(stage: Stage): stage is ChangeStage {
  return classOf(stage) === 'change';
}

/** Whether a stage cannot be taken back once it is done. */
export function isContract(stage: Stage): boolean {
  return stage.kind === 'migrate' && stage.phase === 'contract';
}

/** Seconds between two polls of a stage that is measured again and again; `undefined` for stages that are done in one go. */
export function pollInterval(stage: Stage): number | undefined {
  if (stage.kind === 'acquire') return waitsForLease(stage) ? leaseInterval(stage.timeout) : undefined;
  return stage.kind === 'analysis' ? stage.interval : undefined;
}

function waitsForLease({ policy }: Extract<Stage, { readonly kind: 'acquire' }>): boolean {
  return policy !== undefined && policy !== 'reject';
}

/**
 * An execution has room for 25 000 events, of which each poll takes nine
 * (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html).
 */
const LEASE_POLLS_AT_MOST = 720;

function leaseInterval(timeout: number): number {
  return Math.max(1, Math.ceil(timeout / LEASE_POLLS_AT_MOST));
}

/** One look at the queue takes moments, however long the waiting may last. */
const LEASE_SECONDS = 60;

/** Seconds that one piece of the work of a stage may take; its timeout, but for a stage that waits. */
export function workSeconds(stage: Stage): number {
  return stage.kind === 'acquire' ? Math.min(stage.timeout, LEASE_SECONDS) : stage.timeout;
}

/** Whether a stage is begun by one task and completed by an answer from outside, for which its execution waits. */
export function awaitsAnswer(stage: Stage): boolean {
  return stage.kind === 'function' || ('project' in stage && stage.project !== undefined);
}
