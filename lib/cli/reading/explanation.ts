import type { DeploymentView } from '../../lifecycle/view.ts';
import { nextCommand, repeating } from '../../lifecycle/wording/next-command.ts';
import { factLines } from '../output/facts.ts';
import type { Style } from '../output/style.ts';
import { manyLines, oneLine } from '../output/untrusted.ts';
import { headline } from '../progress/headline.ts';
import { causeOf, liveFact, undoneOf } from '../progress/last-screen.ts';
import type { LiveNow } from './live-now.ts';

const EVIDENCE_LINES_AT_MOST = 40;

/** Why a deployment stands as it does: its cause with the evidence, what was undone, what is live, what to do. Pure. */
export function explanation(
  view: DeploymentView,
  live: LiveNow,
  now: string,
  style: Style,
): readonly string[] {
  const { failure } = view;
  const facts =
    failure === undefined
      ? [...rollbackFacts(view), liveFact(live), ['next', nextCommand(view)] as const]
      : [
          ...causeOf(view),
          ['mode', failure.mode] as const,
          ['recovery', failure.recovery] as const,
          ...(view.outcome === undefined ? [] : undoneOf(view)),
          liveFact(live),
          ['advice', oneLine(failure.next)] as const,
          ['next', view.outcome === undefined ? nextCommand(view) : repeating(view)] as const,
        ];
  return [headline(view, now, style), ...factLines(facts, style), ...evidenceLines(failure?.evidence, style)];
}

/** A rollback has no forward run that could have failed: what it took back, and what it could not. */
function rollbackFacts(view: DeploymentView): readonly (readonly [string, string])[] {
  if (view.kind !== 'rollback' || view.outcome === undefined) return [];
  const advice = view.stages.find((stage) => stage.state === 'undoFailed')?.failure?.next;
  return [...undoneOf(view), ...(advice === undefined ? [] : [['advice', oneLine(advice)] as const])];
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
