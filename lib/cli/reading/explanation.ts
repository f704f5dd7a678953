import type { Event } from '../../history/events.ts';
import type { FailureMode } from '../../history/failure.ts';
import type { DeploymentView } from '../../lifecycle/view.ts';
import { mayHelpAgain, nextCommand, tryingAgain } from '../../lifecycle/wording/next-command.ts';
import { reusedInWords } from '../../lifecycle/wording/reuse.ts';
import { shortId } from '../../lifecycle/wording/short-id.ts';
import { factLines } from '../output/facts.ts';
import type { Style } from '../output/style.ts';
import { manyLines, oneLine } from '../output/untrusted.ts';
import { headline } from '../progress/headline.ts';
import { causeOf, liveFact, undoneOf } from '../progress/last-screen.ts';
import type { LiveNow } from './live-now.ts';
import { onTheWay } from './on-the-way.ts';

const EVIDENCE_LINES_AT_MOST = 40;

type Fact = readonly [name: string, text: string];

/** Why a deployment stands as it does: its cause with the evidence, what was undone, what is live, what to do. Pure. */
export function explanation(
  view: DeploymentView,
  events: readonly Event[],
  live: LiveNow,
  now: string,
  style: Style,
): readonly string[] {
  const cause = view.failure === undefined ? rollbackFacts(view) : causeFacts(view, view.failure);
  const facts: readonly Fact[] = [
    ...cause,
    ...(view.failure === undefined ? checkedFacts(view) : []),
    ...reuseFacts(view),
    ['on the way', onTheWay(events).map(oneLine).join('\n')],
    liveFact(live),
    ...adviceFacts(view),
    [
      'next',
      view.failure === undefined || view.outcome === undefined ? nextCommand(view) : tryingAgain(view),
    ],
  ];
  const evidence = isStopped(view) ? undefined : view.failure?.evidence;
  return [headline(view, now, style), ...factLines(facts, style), ...evidenceLines(evidence, style)];
}

function causeFacts(view: DeploymentView, failure: NonNullable<DeploymentView['failure']>): readonly Fact[] {
  return [
    ...causeOf(view),
    ...(isStopped(view) ? [] : ([[`why ${MODE[failure.mode].word}`, MODE[failure.mode].meaning]] as const)),
    ['then', recoveryInWords(view)],
    ...(view.outcome === undefined ? [] : undoneOf(view)),
  ];
}

function isStopped({ failure, stop }: DeploymentView): boolean {
  return failure?.mode === 'stopped' && stop !== undefined;
}

const MODE: Readonly<Record<FailureMode, { readonly word: string; readonly meaning: string }>> = {
  rejected: { word: 'rejected', meaning: 'the criterion was false' },
  inconclusive: { word: 'not passed', meaning: 'there was too little evidence, and that never passes' },
  errored: { word: 'failed', meaning: 'it could not be evaluated or done' },
  timedOut: { word: 'failed', meaning: 'it took longer than its timeout' },
  lost: { word: 'failed', meaning: 'what performed it ended without saying how it went' },
  stopped: { word: 'stopped', meaning: 'it was asked for' },
  superseded: { word: 'superseded', meaning: 'something newer took its place' },
};

function recoveryInWords({ outcome, stages }: DeploymentView): string {
  switch (outcome) {
    case undefined:
      return 'what was changed is being undone';
    case 'stuck':
      return 'one change could not be undone; the environment stays leased';
    case 'succeeded':
    case 'failed':
    case 'rolledBack':
      return stages.some(({ state }) => state === 'undone')
        ? everythingUndone(stages)
        : 'nothing had been changed, so there was nothing to undo';
    default:
      return outcome satisfies never;
  }
}

function everythingUndone(stages: DeploymentView['stages']): string {
  return stages.some(({ kept }) => kept !== undefined)
    ? 'everything was undone but what is kept'
    : 'everything was undone';
}

/** What a deployment without a failure was asked so far, with the evidence in short. */
function checkedFacts({ kind, stages }: DeploymentView): readonly Fact[] {
  if (kind === 'rollback') return [];
  const answers = stages.flatMap(({ name, class: of, state, judgement }) =>
    of === 'check' && (state === 'passed' || state === 'reused') && judgement !== undefined
      ? [`${name}: ${oneLine(judgement.observed)} (expected ${oneLine(judgement.expected)})`]
      : [],
  );
  return answers.length === 0 ? [] : [['checked', answers.join('\n')]];
}

/** In a rerun, where the evidence is of what was taken over, and why the rest was performed again. */
function reuseFacts({ stages }: DeploymentView): readonly Fact[] {
  const reused = stages.flatMap((stage) =>
    stage.reused === undefined
      ? []
      : [
          `${stage.name}: ${oneLine(reusedInWords(stage))}; its evidence: nonevent history ${shortId(stage.reused.from)}`,
        ],
  );
  const again = stages.flatMap(({ name, notReused }) =>
    notReused === undefined ? [] : [`${name}: ${oneLine(notReused)}`],
  );
  return [
    ...(reused.length === 0 ? [] : [['reused', reused.join('\n')] as const]),
    ...(again.length === 0 ? [] : [['run again', again.join('\n')] as const]),
  ];
}

/** A rollback has no forward run that could have failed: what it took back, and what it could not. */
function rollbackFacts(view: DeploymentView): readonly Fact[] {
  return view.kind !== 'rollback' || view.outcome === undefined ? [] : undoneOf(view);
}

/** Advice that was recorded, where it says more than the next command does. */
function adviceFacts(view: DeploymentView): readonly Fact[] {
  if (view.outcome === 'stuck') {
    const stuck = view.stages.find((stage) => stage.state === 'undoFailed')?.failure?.next;
    return stuck === undefined ? [] : [['advice', oneLine(stuck)]];
  }
  if (view.failure === undefined || (view.kind === 'forward' && mayHelpAgain(view))) return [];
  return [['advice', oneLine(view.failure.next.replace(/^none: /, ''))]];
}

/** The evidence as it was recorded, the text in it as the lines that it had. */
function evidenceLines(evidence: unknown, style: Style): readonly string[] {
  if (evidence === undefined || evidence === null) return [];
  const lines = Object.entries(evidence).flatMap(([name, value]) =>
    typeof value === 'string' && value.includes('\n')
      ? [`    ${oneLine(name)}:`, ...manyLines(value.trimEnd()).map((line) => `      ${line}`)]
      : [`    ${oneLine(name)}: ${oneLine(typeof value === 'string' ? value : JSON.stringify(value))}`],
  );
  const left = lines.length - EVIDENCE_LINES_AT_MOST;
  return [
    `  ${style.dim('evidence')}`,
    ...lines.slice(-EVIDENCE_LINES_AT_MOST),
    ...(left > 0 ? [style.dim(`    ${left} earlier lines are in \`nonevent history -o jsonl\``)] : []),
  ];
}
