import { resolve } from 'node:path';
import { z } from 'zod';
import { type CheckWhatIf, type WhatIfReport, whatIf } from '../../audit/what-if.ts';
import { findDeployment } from '../../history/find-deployment.ts';
import { deploymentStream } from '../../history/stream-name.ts';
import { command } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import type { Style } from '../output/style.ts';
import { table as tableLines } from '../output/table.ts';
import { oneLine } from '../output/untrusted.ts';
import { requirePipeline } from '../reading/require-pipeline.ts';
import { openSystem } from '../system.ts';
import { findingLine } from './audit-verify.ts';

const input = z.object({
  id: z.string().optional(),
  policy: z.string({ error: 'expected a pipeline file' }).min(1),
});

/** Judges past deployments by a changed pipeline file. */
export default command(input, async ({ id, policy }, cli) => {
  const { output } = cli;
  const pipeline = await requirePipeline(resolve(cli.folder, policy), cli);
  const { store, dynamodb, table, close } = await openSystem(cli);
  try {
    const stream = id === undefined ? undefined : deploymentStream(await findDeployment(store, id));
    const options = { client: dynamodb, table, policy: pipeline };
    const report = await whatIf(stream === undefined ? options : { ...options, stream });
    if (output.format === 'text') output.answer(whatIfLines(report, output.answerStyle));
    else output.document(report);
    return report.findings.length === 0 ? EXIT.done : EXIT.tampered;
  } finally {
    close();
  }
});

/** What would have come out otherwise, for people. Pure. */
export function whatIfLines(
  { deployments, checks, findings }: WhatIfReport,
  style: Style,
): readonly string[] {
  const changed = checks.filter(
    ({ recorded, derived, earlier }) => recorded !== derived || earlier.measurements > 0,
  );
  const count = (was: CheckWhatIf['recorded'], would: CheckWhatIf['derived']): number =>
    changed.filter(({ recorded, derived }) => recorded === was && derived === would).length;
  const rows = changed.map(
    ({ deployment, version, stage, recorded, derived, measurements, decidedBy, earlier }) => [
      `  ${deployment.slice(0, 8)}`,
      oneLine(version),
      oneLine(stage),
      `${WAS[recorded]}, ${WOULD[derived]}`,
      `by measurement ${decidedBy} of ${measurements}`,
      earlier.measurements === 0 ? '' : `${earlier.seconds} s earlier`,
    ],
  );
  return [
    ...findings.map((finding) => findingLine(finding, style)),
    `${checks.length} checks of ${deployments} deployments judged anew: ${count('passes', 'stops')} that passed would have been stopped, ${count('stops', 'passes')} that were stopped would have passed`,
    ...tableLines(rows),
  ];
}

const WAS = { passes: 'passed', stops: 'was stopped', undecided: 'was not decided' } as const;
const WOULD = {
  passes: 'would pass',
  stops: 'would be stopped',
  undecided: 'cannot be told from its evidence',
} as const;
