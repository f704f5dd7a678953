import { createReadStream } from 'node:fs';
import { type BundleReport, verifyBundle } from '../../audit/bundle/verify-bundle.ts';
import { counted } from '../../lifecycle/wording/counted.ts';
import { messageOf, NoneventError } from '../../nonevent-error.ts';
import type { Cli } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { factLines } from '../output/facts.ts';
import type { Style } from '../output/style.ts';
import { oneLine } from '../output/untrusted.ts';

/** Verifies a bundle from its file alone: no system, no network. Errors: `NotFound` when it cannot be read. */
export async function verifyBundleFile(
  file: string,
  publicKey: string | undefined,
  { output }: Cli,
): Promise<ExitCode> {
  const report = await verifyBundle(createReadStream(file), {
    now: Date.now(),
    ...(publicKey === undefined ? {} : { publicKey }),
  }).catch((cause: unknown) => {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === undefined) throw cause;
    throw new NoneventError('NotFound', `cannot read the bundle ${file}: ${messageOf(cause)}`, { cause });
  });
  if (output.format === 'text')
    output.answer(bundleLines(report, publicKey !== undefined, output.answerStyle));
  else output.document(report);
  return report.sound ? EXIT.done : EXIT.tampered;
}

function bundleLines(report: BundleReport, isKeyKnown: boolean, style: Style): readonly string[] {
  const { problem, streams, commits, seal, scope, publicKey } = report;
  if (problem !== undefined) {
    const place = problem.stream === undefined ? '' : `  ${oneLine(problem.stream)} seq ${problem.seq}`;
    return [
      `${style.bad('✖ broken')}  ${style.bold(`line ${problem.line}${place}`)}  ${oneLine(problem.problem)}`,
      `  ${style.dim('next')}  ask for the bundle again from where it came from; this one proves nothing`,
    ];
  }
  const missing = scope?.kind === 'all' ? 'everything that was sealed' : 'what was asked for; more may exist';
  const compare = isKeyKnown ? '' : '  compare it with the one you were given by another way';
  return [
    `${style.good('✔ sound')}  ${counted(streams, 'stream')}, ${counted(commits, 'commit')}`,
    ...factLines(
      [
        ['holds', missing],
        ['sealed', `by seal#${seal?.seal} of ${seal?.at}`],
        ['key', `${publicKey}${compare}`],
      ],
      style,
    ),
  ];
}
