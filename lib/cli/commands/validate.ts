import { resolve } from 'node:path';
import { z } from 'zod';
import type { Proof } from '../../lifecycle/prove.ts';
import { counted } from '../../lifecycle/wording/counted.ts';
import { changesOf, stagesOf } from '../../pipeline/steps.ts';
import { provePipeline } from '../../stages/prove-pipeline.ts';
import { command } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import type { Output } from '../output/output.ts';
import { apisLine, schemasLine } from '../reading/apis-line.ts';
import { planLines } from '../reading/plan-lines.ts';
import { brokenLines, isBroken, proofLine } from '../reading/proof-lines.ts';
import { type FileRead, readPipelineFile, shownPath } from '../reading/read-file.ts';
import { showFindings } from '../reading/show-findings.ts';
import { requireFile } from '../settings.ts';

const input = z.object({ file: z.string().optional() });

/** A machine with more situations than this takes longer than a second, and this is typed often. */
const ROOM = 400;

/** Every finding in a pipeline file, and the stages that it expands to. */
export default command(input, async ({ file }, cli) => {
  const path = file === undefined ? requireFile(cli) : resolve(cli.folder, file);
  const read = await readPipelineFile(path, cli.folder);
  const proof = read.ok ? provePipeline(read.pipeline, ROOM) : null;
  if (cli.output.format === 'text') show(read, proof, shownPath(path, cli.folder), cli.output);
  else {
    const pipeline = read.ok ? read.pipeline : null;
    cli.output.document({ file: path, valid: read.ok, findings: read.findings, proof, pipeline });
  }
  return proof === null || isBroken(proof) ? EXIT.usage : EXIT.done;
});

function show(read: FileRead, proof: Proof | null, file: string, output: Output): void {
  showFindings(read.findings, output);
  if (!read.ok || proof === null) return;
  const style = output.answerStyle;
  const changes = changesOf(read.pipeline).length;
  const { apis, schemas } = read.pipeline;
  const checks = stagesOf(read.pipeline).length - changes;
  output.answer([
    `${style.good('✔ valid')}  ${style.bold(read.pipeline.pipeline)}  ${style.dim(file)}`,
    ...(apis === undefined ? [] : [style.dim(`  ${apisLine(apis)}`)]),
    ...(schemas === undefined ? [] : [style.dim(`  ${schemasLine(schemas)}`)]),
    ...planLines(read.pipeline, style, output.isAnswerRead),
    style.dim(
      `  ${counted(checks, 'check')} and ${counted(changes, 'change')}; a failure undoes the changes, newest first`,
    ),
    proofLine(proof, style, 'its machine is large; explore it with `nonevent prove`'),
    ...brokenLines(proof, style),
  ]);
}
