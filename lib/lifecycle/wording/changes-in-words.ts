import type { Deployment } from '../deployment.ts';
import type { DeploymentView, StageView } from '../view.ts';
import { counted } from './counted.ts';
import { markOfStage } from './marks.ts';

/**
 * What is known of a deployment that was not known before, or was otherwise: a line each, the machine first, then the
 * deployment, then its stages in their order. Told from later to earlier it reads the same way round: what it was, what it
 * is. Holds text as it was recorded. Pure.
 */
export function changesInWords(before: Deployment | undefined, after: Deployment): readonly string[] {
  if (before === undefined) return ['nothing was known before'];
  return [
    ...changed('machine', before.state.join(', '), after.state.join(', ')),
    ...deploymentChanges(before.view, after.view),
    ...after.view.stages.flatMap((stage) => {
      const old = before.view.stages.find(({ name }) => name === stage.name);
      return old === undefined ? [] : stageChanges(old, stage);
    }),
  ];
}

function deploymentChanges(before: DeploymentView, after: DeploymentView): readonly string[] {
  return [
    ...changed('started', before.startedAt, after.startedAt),
    ...changed('artifact', before.artifact, after.artifact),
    ...changed('stop asked by', before.stop?.actor, after.stop?.actor),
    ...changed('failure', inWords(before.failure), inWords(after.failure)),
    ...changed('outcome', before.outcome, after.outcome),
    ...changed('ended', before.endedAt, after.endedAt),
  ];
}

function stageChanges(before: StageView, after: StageView): readonly string[] {
  const of = (what: string): string => `${after.name}: ${what}`;
  return [
    ...changed(of('state'), markOfStage(before).word, markOfStage(after).word),
    ...changed(of('attempts'), before.attempts, after.attempts),
    ...changed(of('failed undo attempts'), before.undoFailures, after.undoFailures),
    ...changed(of('attempt'), openness(before), openness(after)),
    ...(before.extended === after.extended ? [] : [of('given its one extension')]),
    ...changedJson(of('capture'), before.capture, after.capture),
    ...changed(of('verdict'), before.judgement?.verdict, after.judgement?.verdict),
    ...changed(of('expected'), before.judgement?.expected, after.judgement?.expected),
    ...changed(of('observed'), before.judgement?.observed, after.judgement?.observed),
    ...changedJson(of('evidence'), before.evidence, after.evidence),
    ...changed(of('failure'), inWords(before.failure), inWords(after.failure)),
  ];
}

function openness({ open }: StageView): string {
  return open ? 'open' : 'closed';
}

type Failed = StageView['failure'] | DeploymentView['failure'];

function inWords(failure: Failed): string | undefined {
  if (failure === undefined) return undefined;
  const where = 'stage' in failure ? `${failure.stage} ` : '';
  return `${where}${failure.mode}: ${failure.observed}; ${failure.recovery}`;
}

type Value = string | number | undefined;

function changed(what: string, before: Value, after: Value): readonly string[] {
  return before === after ? [] : [`${what}: ${before ?? 'nothing'} → ${after ?? 'nothing'}`];
}

/** Of data only how much of it there is; `history -o jsonl` has the whole. */
function changedJson(what: string, before: unknown, after: unknown): readonly string[] {
  const [old, now] = [JSON.stringify(before), JSON.stringify(after)];
  if (old === now) return [];
  const other = old?.length === now?.length ? ', another text' : '';
  return [`${what}: ${sizeOf(old)} → ${sizeOf(now)}${other}`];
}

function sizeOf(text: string | undefined): string {
  return text === undefined ? 'nothing' : counted(text.length, 'character');
}
