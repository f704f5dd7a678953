import { resolve } from 'node:path';
import { z } from 'zod';
import { controlsOf } from '../../audit/report/controls.ts';
import { reportAsCsv } from '../../audit/report/csv.ts';
import { gatherReport } from '../../audit/report/gather-report.ts';
import { reportAsHtml } from '../../audit/report/html.ts';
import type { AuditReport, ReadinessFact } from '../../audit/report/report.ts';
import { NoneventError } from '../../nonevent-error.ts';
import { name } from '../../pipeline/names.ts';
import { type Cli, command } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { writeWhole } from '../output/write-whole.ts';
import { knownSealsOf } from '../reading/known-seals.ts';
import { moment } from '../reading/moment.ts';
import { type EveryReadiness, readEveryReadiness } from '../reading/readiness.ts';
import { openSystem, type System } from '../system.ts';
import { findingLine } from './audit-verify.ts';

const input = z.object({
  since: moment.optional(),
  until: moment.optional(),
  environment: name.optional(),
  to: z.string({ error: 'expected a file to write to' }).min(1),
});

/** Writes what an auditor asks for: who deployed what, what was tested, bypassed and undone, and that the record is intact. */
export default command(input, async ({ to, ...written }, cli) => {
  const { output } = cli;
  const { since, until } = written;
  if (since !== undefined && until !== undefined && since > until) {
    throw new NoneventError('InvalidInput', `invalid until ${until}: expected a time after ${since}`, {
      hint: 'swap --since and --until',
    });
  }
  const system = await openSystem(cli);
  try {
    const scope = Object.fromEntries(Object.entries(written).filter(([, value]) => value !== undefined));
    const report = await gather(system, scope, cli);
    const file = resolve(cli.folder, to);
    const isCsv = file.toLowerCase().endsWith('.csv');
    await writeWhole(file, [isCsv ? reportAsCsv(report) : reportAsHtml(report)]);
    const { findings } = report.record;
    if (output.format === 'text') output.answer([file]);
    else output.document({ file, scope, sound: findings.length === 0, controls: controlsOf(report) });
    output.note(findings.map((finding) => findingLine(finding, output.noteStyle)));
    return findings.length === 0 ? EXIT.done : EXIT.tampered;
  } finally {
    system.close();
  }
});

async function gather(system: System, scope: AuditReport['scope'], cli: Cli): Promise<AuditReport> {
  const { dynamodb, table, identity } = system;
  const known = await knownSealsOf(await identity(), cli).read();
  return gatherReport({
    client: dynamodb,
    table,
    now: Date.now(),
    scope,
    readinessIn: async (environments) => factsOf(await readEveryReadiness(system, environments)),
    ...(known === undefined ? {} : { known }),
  });
}

function factsOf(known: EveryReadiness): readonly ReadinessFact[] {
  return Object.entries(known).flatMap(([environment, pipelines]) =>
    Object.entries(pipelines).map(([pipeline, readiness]) => ({ environment, pipeline, readiness })),
  );
}
