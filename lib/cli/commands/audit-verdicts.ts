import { z } from 'zod';
import { deriveVerdicts, type VerdictReport } from '../../audit/derive-verdicts.ts';
import { findDeployment } from '../../history/find-deployment.ts';
import { deploymentStream } from '../../history/stream-name.ts';
import { command } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import type { Style } from '../output/style.ts';
import { oneLine } from '../output/untrusted.ts';
import { openSystem } from '../system.ts';
import { findingLine } from './audit-verify.ts';

const input = z.object({ id: z.string().optional() });

/** Judges recorded evidence again and names every verdict that comes out otherwise. */
export default command(input, async ({ id }, cli) => {
  const { output } = cli;
  const { store, dynamodb, table, close } = await openSystem(cli);
  try {
    const stream = id === undefined ? undefined : deploymentStream(await findDeployment(store, id));
    const report = await deriveVerdicts({
      client: dynamodb,
      table,
      ...(stream === undefined ? {} : { stream }),
    });
    const sound = report.differences.length === 0 && report.findings.length === 0;
    if (output.format === 'text') output.answer(verdictLines(report, output.answerStyle));
    else output.document({ sound, ...report });
    return sound ? EXIT.done : EXIT.tampered;
  } finally {
    close();
  }
});

/** What came out, for people. Pure. */
export function verdictLines(
  { deployments, judgements, differences, findings }: VerdictReport,
  style: Style,
): readonly string[] {
  const seen = `${judgements} verdicts of ${deployments} deployments`;
  if (differences.length === 0 && findings.length === 0)
    return [`${style.good('✔ sound')}  ${seen} come out of their evidence as recorded`];
  return [
    ...findings.map((finding) => findingLine(finding, style)),
    ...differences.map(
      ({ stream, seq, problem }) =>
        `${style.bad('✖ differs')}  ${style.bold(`${oneLine(stream)} seq ${seq}`)}  ${oneLine(problem)}`,
    ),
    `  ${style.dim('judged')}  ${seen}`,
    `  ${style.dim('next')}    \`nonevent audit verify\` says whether the record was changed; if not, the judge was`,
  ];
}
