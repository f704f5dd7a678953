import { z } from 'zod';
import { type ChainReport, verifyChain } from '../../audit/verify-chain.ts';
import { command } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import type { Style } from '../output/style.ts';
import { oneLine } from '../output/untrusted.ts';
import { openSystem } from '../system.ts';
import { findStream } from './history.ts';

const input = z.object({ stream: z.string().optional() });

/** Verifies the hash chain of one stream or of all. */
export default command(input, async ({ stream: written }, cli) => {
  const { output } = cli;
  const { store, dynamodb, table, close } = await openSystem(cli);
  try {
    const stream = written === undefined ? undefined : await findStream(store, written);
    const report = await verifyChain({
      client: dynamodb,
      table,
      ...(stream === undefined ? {} : { stream }),
    });
    const sound = report.findings.length === 0;
    if (output.format === 'text') output.answer(reportLines(report, output.answerStyle));
    else output.document({ sound, ...report });
    return sound ? EXIT.done : EXIT.tampered;
  } finally {
    close();
  }
});

/** What a verification found, for people. Pure. */
export function reportLines(
  { streams, commits, events, findings }: ChainReport,
  style: Style,
): readonly string[] {
  const seen = `${streams} streams, ${commits} commits, ${events} events`;
  if (findings.length === 0) return [`${style.good('✔ sound')}  ${seen}`];
  return [
    ...findings.map(
      ({ stream, seq, problem }) =>
        `${style.bad('✖ broken')}  ${style.bold(`${oneLine(stream)} seq ${seq}`)}  ${oneLine(problem)}`,
    ),
    `  ${style.dim('sound')}  ${seen}`,
    `  ${style.dim('next')}   compare the streams named here with a backup, and change nothing`,
  ];
}
