import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import type { Finding } from '../../audit/finding.ts';
import { type HistoryReport, verifyHistory } from '../../audit/verify-history.ts';
import { counted } from '../../lifecycle/wording/counted.ts';
import { type Cli, command } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Style } from '../output/style.ts';
import { oneLine } from '../output/untrusted.ts';
import { knownSealsOf } from '../reading/known-seals.ts';
import { verifyBundleFile } from '../reading/verify-bundle-file.ts';
import { openSystem } from '../system.ts';
import { findStream } from './history.ts';

const publicKey = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits');
const input = z.object({
  what: z.string().optional(),
  key: publicKey.optional(),
  forget: z.boolean().default(false),
});

/** Verifies a bundle; or one stream or all: chain, lifecycle, summaries, seals and signatures. Remembers the newest seal it verified. */
export default command(input, async ({ what, key, forget }, cli) => {
  const file = what === undefined ? undefined : resolve(cli.folder, what);
  if (file !== undefined && isFile(file)) return verifyBundleFile(file, key, cli);
  const { store, dynamodb, table, folder, close } = await openSystem(cli);
  try {
    const stream = what === undefined ? undefined : await findStream(store, what);
    const memory = knownSealsOf(folder.root, cli);
    if (forget) await memory.forget();
    const known = await memory.read();
    const report = await verifyHistory({
      client: dynamodb,
      table,
      now: Date.now(),
      ...(stream === undefined ? {} : { stream }),
      ...(key === undefined ? {} : { publicKey: key }),
      ...(known === undefined ? {} : { known }),
    });
    const { findings, newestSeal } = report;
    if (findings.length === 0 && newestSeal !== undefined) await memory.write(newestSeal);
    return answer(report, cli);
  } finally {
    close();
  }
});

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function answer(report: HistoryReport, { output }: Cli): ExitCode {
  const sound = report.findings.length === 0;
  if (output.format === 'text') output.answer(reportLines(report, output.answerStyle));
  else output.document({ sound, ...report, newestSeal: report.newestSeal ?? null });
  return sound ? EXIT.done : EXIT.tampered;
}

/** What a verification found, for people. Pure. */
export function reportLines(report: HistoryReport, style: Style): readonly string[] {
  const { streams, commits, events, seals, findings } = report;
  const counts = { stream: streams, commit: commits, event: events, seal: seals };
  const seen = Object.entries(counts)
    .map(([what, count]) => counted(count, what))
    .join(', ');
  if (findings.length === 0) return [`${style.good('✔ sound')}  ${seen}`, ...sealLines(report, style)];
  return [
    ...findings.map((finding) => findingLine(finding, style)),
    `  ${style.dim('sound')}  ${seen}`,
    `  ${style.dim('next')}   compare the streams named here with a backup, and change nothing`,
  ];
}

/** A finding on one line. Pure. */
export function findingLine({ stream, seq, problem, bytes }: Finding, style: Style): string {
  const where = bytes === undefined ? '' : style.dim(`  bytes ${bytes.from} to ${bytes.to} of its body`);
  return `${style.bad('✖ broken')}  ${style.bold(`${oneLine(stream)} seq ${seq}`)}  ${oneLine(problem)}${where}`;
}

function sealLines({ newestSeal, unsealed }: HistoryReport, style: Style): readonly string[] {
  if (newestSeal === undefined)
    return [`  ${style.dim('sealed')}  nothing yet: seal it with \`nonevent audit seal\``];
  const rest = unsealed === 0 ? 'all of it' : `all but the newest ${counted(unsealed, 'commit')}`;
  return [
    `  ${style.dim('sealed')}  ${rest}, by seal#${newestSeal.seal} of ${newestSeal.at}`,
    `  ${style.dim('key')}     ${newestSeal.publicKey}`,
  ];
}
