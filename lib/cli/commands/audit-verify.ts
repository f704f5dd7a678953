import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import type { Finding } from '../../audit/finding.ts';
import { type HistoryReport, type KnownSeal, verifyHistory } from '../../audit/verify-history.ts';
import { publicKey } from '../../history/seal-events.ts';
import { counted } from '../../lifecycle/wording/counted.ts';
import { NoneventError } from '../../nonevent-error.ts';
import { type Cli, command } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { takeInterruption } from '../interruption.ts';
import type { Style } from '../output/style.ts';
import { oneLine } from '../output/untrusted.ts';
import { showWalk } from '../progress/walk-progress.ts';
import { knownSealsOf } from '../reading/known-seals.ts';
import { resumeFileOf } from '../reading/resume-file.ts';
import { verifyBundleFile } from '../reading/verify-bundle-file.ts';
import type { verifyInAws } from '../reading/verify-in-aws.ts';
import { openSystem, type System } from '../system.ts';
import { findStream } from './history.ts';

const input = z.object({
  what: z.string().optional(),
  key: publicKey.optional(),
  forget: z.boolean().default(false),
  resume: z.boolean().default(true),
  distributed: z.boolean().default(false),
});
type Written = z.output<typeof input>;

/** Verifies a bundle; or one stream or all: chain, lifecycle, summaries, seals and signatures. Remembers the newest seal it verified. */
export default command(input, async (written, cli) => {
  const { what, key, forget, distributed } = written;
  if (distributed && what !== undefined) throw onlyAll(what);
  const file = what === undefined ? undefined : resolve(cli.folder, what);
  if (file !== undefined && isFile(file)) return verifyBundleFile(file, key, cli);
  const system = await openSystem(cli);
  try {
    const identity = await system.identity();
    const memory = knownSealsOf(identity, cli);
    if (forget) await memory.forget();
    const known = await memory.read();
    const report = distributed
      ? await verifyThere(system, { publicKey: key ?? null, known: known ?? null }, cli)
      : await verifyHere({ ...system, identity }, written, known, cli);
    if (typeof report === 'number') return report;
    if (known === undefined && report.newestSeal !== undefined)
      cli.output.note(['no seal of this table was known before']);
    const { findings, newestSeal } = report;
    if (findings.length === 0 && newestSeal !== undefined) await memory.write(newestSeal);
    return answer(report, cli);
  } finally {
    system.close();
  }
});

/** The report, or the exit code of an interruption. */
async function verifyHere(
  {
    store,
    dynamodb,
    table,
    identity,
  }: Pick<System, 'store' | 'dynamodb' | 'table'> & { readonly identity: string },
  { what, key, resume }: Written,
  known: KnownSeal | undefined,
  cli: Cli,
): Promise<HistoryReport | ExitCode> {
  const stream = what === undefined ? undefined : await findStream(store, what);
  const checkpoint = resumeFileOf(identity, cli);
  if (!resume) await checkpoint.clear();
  const progress = showWalk(cli.output);
  const interruption = takeInterruption();
  const report = await verifyHistory({
    client: dynamodb,
    table,
    now: Date.now(),
    checkpoint,
    signal: interruption.first,
    seen: progress.seen,
    ...(stream === undefined ? {} : { stream }),
    ...(key === undefined ? {} : { publicKey: key }),
    ...(known === undefined ? {} : { known }),
  }).finally(() => {
    progress.end();
    interruption.release();
  });
  if (report.unfinished === undefined) return report;
  return interrupted(report.unfinished, interruption.exitCode(), cli);
}

/** Loads the clients of more services than any other verification needs. */
const verifyThere: typeof verifyInAws = async (...given) =>
  (await import('../reading/verify-in-aws.ts')).verifyInAws(...given);

function onlyAll(what: string): NoneventError {
  return new NoneventError('InvalidInput', `--distributed verifies every stream, and ${what} was named`, {
    hint: `leave out --distributed, or ${what}`,
  });
}

function interrupted(
  { parts, of }: NonNullable<HistoryReport['unfinished']>,
  exitCode: ExitCode,
  { output }: Cli,
): ExitCode {
  const next = of === 1 ? '' : '; the same command goes on from there';
  output.note([`stopped with ${parts} of ${counted(of, 'part')} verified, so this says nothing yet${next}`]);
  return exitCode;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function answer(report: HistoryReport, { output }: Cli): ExitCode {
  const sound = report.findings.length === 0;
  if (output.format === 'text') output.answer(reportLines(report, output.answerStyle));
  else {
    const { unfinished: _, ...said } = report;
    output.document({
      sound,
      ...said,
      newestSeal: report.newestSeal ?? null,
      resumed: report.resumed ?? null,
    });
  }
  return sound ? EXIT.done : EXIT.tampered;
}

/** What a verification found, for people. Pure. */
export function reportLines(report: HistoryReport, style: Style): readonly string[] {
  const { streams, commits, events, seals, findings } = report;
  const counts = { stream: streams, commit: commits, event: events, seal: seals };
  const seen = Object.entries(counts)
    .map(([what, count]) => counted(count, what))
    .join(', ');
  if (findings.length === 0)
    return [`${style.good('✔ sound')}  ${seen}`, ...sealLines(report, style), ...resumedLines(report, style)];
  return [
    ...findings.map((finding) => findingLine(finding, style)),
    `  ${style.dim('sound')}  ${seen}`,
    ...resumedLines(report, style),
    `  ${style.dim('next')}   compare the streams named here with a backup, and change nothing`,
  ];
}

/** A finding on one line. Pure. */
export function findingLine({ stream, seq, problem, bytes }: Finding, style: Style): string {
  const where = bytes === undefined ? '' : style.dim(`  bytes ${bytes.from} to ${bytes.to} of its body`);
  return `${style.bad('✖ broken')}  ${style.bold(`${oneLine(stream)} seq ${seq}`)}  ${oneLine(problem)}${where}`;
}

/** What was not read now is said, so that nobody takes it for read now. */
function resumedLines({ resumed }: HistoryReport, style: Style): readonly string[] {
  if (resumed === undefined) return [];
  return [
    `  ${style.dim('read')}    ${counted(resumed.commits, 'commit')} of these by the run of ${resumed.since} that was interrupted; --no-resume reads all now`,
  ];
}

function sealLines({ newestSeal, unsealed }: HistoryReport, style: Style): readonly string[] {
  if (newestSeal === undefined)
    return [`  ${style.dim('sealed')}  nothing yet: seal it with \`nonevent audit seal\``];
  const rest = unsealed === 0 ? 'all of it' : `all but the newest ${counted(unsealed, 'commit')}`;
  return [
    `  ${style.dim('sealed')}  ${rest}, by seal#${newestSeal.seal} of ${newestSeal.at}${unsealed === 0 ? '' : ': seal these with `nonevent audit seal`'}`,
    `  ${style.dim('key')}     ${newestSeal.publicKey}`,
  ];
}
