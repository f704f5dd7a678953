import { type ReplayReport, replayAll } from '../../audit/replay-all.ts';
import { counted } from '../../lifecycle/wording/counted.ts';
import type { Cli } from '../command.ts';
import { findingLine } from '../commands/audit-verify.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Style } from '../output/style.ts';
import { showWalk } from '../progress/walk-progress.ts';
import { openSystem } from '../system.ts';

/** Folds every deployment and says how many there are, how fast it went, and where the first one diverges. */
export async function replayEverything(cli: Cli): Promise<ExitCode> {
  const { output } = cli;
  const { dynamodb, table, close } = await openSystem(cli);
  try {
    const began = performance.now();
    const progress = showWalk(output);
    const report = await replayAll({ client: dynamodb, table, seen: progress.seen }).finally(progress.end);
    const seconds = (performance.now() - began) / 1000;
    if (output.format === 'text') output.answer(replayLines(report, seconds, output.answerStyle));
    else {
      const { divergence, ...counts } = report;
      const milliseconds = Math.round(seconds * 1000);
      output.document({
        sound: divergence === undefined,
        ...counts,
        milliseconds,
        divergence: divergence ?? null,
      });
    }
    return report.divergence === undefined ? EXIT.done : EXIT.tampered;
  } finally {
    close();
  }
}

/** What replaying everything came to, for people. Pure. */
export function replayLines(
  { deployments, ended, commits, events, divergence, others }: ReplayReport,
  seconds: number,
  style: Style,
): readonly string[] {
  const rate = Math.round(events / Math.max(seconds, 0.001));
  const seen = `${counted(deployments, 'deployment')}, ${counted(commits, 'commit')}, ${counted(events, 'event')}`;
  const speed = `${style.dim('folded')}  in ${seconds.toFixed(2)} s, ${rate} events/s, reading included`;
  if (divergence === undefined) {
    return [
      `${style.good('✔ sound')}  ${seen}; closing summaries as the events come to: ${ended}`,
      `  ${speed}`,
    ];
  }
  const more = others === 0 ? [] : [`  ${style.dim('more')}    ${counted(others, 'deployment')} besides`];
  return [
    findingLine(divergence, style),
    ...more,
    `  ${style.dim('sound')}   ${seen}, up to where they diverge`,
    `  ${speed}`,
    `  ${style.dim('next')}    \`nonevent audit verify\` names every one`,
  ];
}
