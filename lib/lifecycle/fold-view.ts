import type { DeploymentEvent, EventData } from '../history/events.ts';
import type { Json } from '../pipeline/json.ts';
import type { Stage } from '../pipeline/stage.ts';
import { classOf } from '../pipeline/stage-class.ts';
import { stagesOf } from '../pipeline/steps.ts';
import { keptBecause } from './kept.ts';
import { ENTER_ROLLBACK } from './leaves.ts';
import type { DeploymentView, Outcome, StageView } from './view.ts';

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };
/** A view under construction. The fold owns it, so it may write into it: that is what makes replay fast. */
export type ViewDraft = Mutable<Omit<DeploymentView, 'stages'>> & {
  readonly stages: readonly StageDraft[];
  readonly byName: ReadonlyMap<string, StageDraft>;
};
type StageDraft = Mutable<StageView>;

/** The view as of the opening event. */
export function openView(data: EventData<'DeploymentRequested'>, at: string): ViewDraft {
  const stages = stagesOf(data.pipeline).map((stage) => standingAtFirst(pendingStage(stage), data, at));
  return {
    deployment: data.deployment,
    kind: data.kind,
    of: data.of,
    from: data.from,
    pipeline: data.pipeline,
    release: data.release,
    trigger: data.trigger,
    requestedAt: at,
    startedAt: undefined,
    endedAt: undefined,
    outcome: undefined,
    stop: undefined,
    failure: undefined,
    artifact: data.artifact ?? data.release.artifact,
    stages,
    byName: new Map(stages.map((stage) => [stage.name, stage])),
  };
}

/** Writes what an event says into the view. The machine has been asked before, so the event is legal here. */
export function foldView(view: ViewDraft, event: DeploymentEvent, at: string): void {
  switch (event.type) {
    case 'DeploymentRequested':
      return;
    case 'DeploymentStarted':
      view.startedAt = at;
      return;
    case 'StageStarted':
      startAttempt(stageIn(view, event.data.stage), event.data, at);
      return;
    case 'StageAwaiting':
      awaitAnswer(stageIn(view, event.data.stage), event.data);
      return;
    case 'StageMeasured':
      note(stageIn(view, event.data.stage), event.data);
      return;
    case 'StageAttemptFailed':
      failAttempt(stageIn(view, event.data.stage), event.data);
      return;
    case 'StagePassed':
    case 'StageReused':
      pass(view, stageIn(view, event.data.stage), event, at);
      return;
    case 'StageFailed':
      fail(view, stageIn(view, event.data.stage), event.data, at);
      return;
    case 'RollbackAdmitted':
      return;
    case 'RollbackRefused':
      view.failure = { ...event.data.failure, stage: ENTER_ROLLBACK };
      return;
    case 'StopRequested':
      view.stop ??= event.data;
      return;
    case 'StageUndone':
      undo(view, stageIn(view, event.data.stage), event.data, at);
      return;
    case 'UndoFailed': {
      const stage = stageIn(view, event.data.stage);
      stage.state = 'undoFailed';
      stage.failure = event.data.failure;
      stage.endedAt = at;
      return;
    }
    case 'DeploymentSucceeded':
      end(view, 'succeeded', at);
      return;
    case 'DeploymentFailed':
      end(view, 'failed', at);
      return;
    case 'DeploymentRolledBack':
      end(view, 'rolledBack', at);
      return;
    case 'DeploymentStuck':
      end(view, 'stuck', at);
      return;
    default:
      event satisfies never;
  }
}

function pendingStage(stage: Stage): StageDraft {
  return {
    name: stage.name,
    kind: stage.kind,
    class: classOf(stage),
    mode: 'mode' in stage ? stage.mode : 'enforcing',
    question: stage.question,
    state: 'pending',
    attempts: 0,
    undoFailures: 0,
    open: false,
    extended: false,
    startedAt: undefined,
    attemptStartedAt: undefined,
    endedAt: undefined,
    capture: undefined,
    awaiting: undefined,
    judgement: undefined,
    evidence: undefined,
    failure: undefined,
    reused: undefined,
    kept: undefined,
    notReused: undefined,
  };
}

/** A rollback finds each change that the other deployment made as passed, with what it had captured. */
function standingAtFirst(stage: StageDraft, data: EventData<'DeploymentRequested'>, at: string): StageDraft {
  if (data.captures === undefined || !Object.hasOwn(data.captures, stage.name)) return stage;
  return { ...stage, state: 'passed', startedAt: at, capture: data.captures[stage.name] };
}

function stageIn(view: ViewDraft, name: string): StageDraft {
  const stage = view.byName.get(name);
  if (stage === undefined)
    throw new Error(`the machine accepted an event of stage ${name}, which the pipeline does not have`);
  return stage;
}

function startAttempt(stage: StageDraft, data: EventData<'StageStarted'>, at: string): void {
  if (stage.startedAt === undefined) {
    stage.startedAt = at;
    stage.capture = data.capture;
  } else if (stage.class === 'check') {
    // A check measures anew in each attempt; a change restores what its first attempt captured.
    stage.capture = data.capture;
  }
  stage.notReused ??= data.notReused;
  stage.state = 'running';
  stage.attempts = data.attempt;
  stage.attemptStartedAt = at;
  stage.open = true;
}

function awaitAnswer(stage: StageDraft, { stage: _, token, ...awaiting }: EventData<'StageAwaiting'>): void {
  const earlier = stage.awaiting?.attempt === awaiting.attempt ? stage.awaiting.tokens : [];
  stage.awaiting = { ...awaiting, tokens: [...new Set([...earlier, token])] };
}

function note(stage: StageDraft, data: { evidence: Json; judgement: StageView['judgement'] }): void {
  stage.evidence = data.evidence;
  stage.judgement = data.judgement;
}

function failAttempt(stage: StageDraft, data: EventData<'StageAttemptFailed'>): void {
  stage.failure = data.failure;
  if (data.lane === 'forward') stage.attempts = Math.max(stage.attempts, data.attempt);
  if (data.lane === 'undo') {
    stage.undoFailures += 1;
    stage.state = 'undoing';
  } else {
    stage.open = false;
    stage.extended ||= data.failure.recovery === 'extend';
  }
}

function pass(
  view: ViewDraft,
  stage: StageDraft,
  event: Extract<DeploymentEvent, { type: 'StagePassed' | 'StageReused' }>,
  at: string,
): void {
  note(stage, event.data);
  stage.state = event.type === 'StagePassed' ? 'passed' : 'reused';
  stage.open = false;
  stage.failure = undefined;
  stage.endedAt = at;
  if (event.data.artifact !== undefined) view.artifact = event.data.artifact;
  if (event.type === 'StageReused')
    stage.reused = { from: event.data.from, because: event.data.because ?? 'its inputs were unchanged' };
}

function fail(view: ViewDraft, stage: StageDraft, data: EventData<'StageFailed'>, at: string): void {
  stage.state = 'failed';
  stage.open = false;
  stage.failure = data.failure;
  stage.endedAt = at;
  view.failure = { ...data.failure, stage: stage.name };
  for (const sibling of view.stages) {
    if (sibling.state !== 'running') continue;
    sibling.state = 'abandoned';
    sibling.open = false;
    sibling.endedAt = at;
  }
}

function undo(view: ViewDraft, stage: StageDraft, data: EventData<'StageUndone'>, at: string): void {
  if (data.effect === 'undone') {
    stage.state = 'undone';
    stage.endedAt = at;
    return;
  }
  stage.kept = keptBecause(data);
  // An earlier try of its undo had failed; it stands as it did before that.
  if (stage.state === 'undoing') stage.state = view.failure?.stage === stage.name ? 'failed' : 'passed';
}

function end(view: ViewDraft, outcome: Outcome, at: string): void {
  view.outcome = outcome;
  view.endedAt = at;
}
