import { resolve } from 'node:path';
import { z } from 'zod';
import type { Proof } from '../../lifecycle/prove.ts';
import { provePipeline } from '../../stages/prove-pipeline.ts';
import { command } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import type { Style } from '../output/style.ts';
import { brokenLines, lawLines, proofLine } from '../reading/proof-lines.ts';
import { requirePipeline } from '../reading/require-pipeline.ts';
import { requireFile } from '../settings.ts';

const input = z.object({ file: z.string().optional() });

/** Explores the whole machine of a pipeline and says of each law whether it holds, and where it does not the shortest way there. */
export default command(input, async ({ file }, cli) => {
  const path = file === undefined ? requireFile(cli) : resolve(cli.folder, file);
  const pipeline = await requirePipeline(path, cli);
  const proof = provePipeline(pipeline);
  if (cli.output.format === 'text')
    cli.output.answer(linesOf(pipeline.pipeline, proof, cli.output.answerStyle));
  else cli.output.document({ file: path, pipeline: pipeline.pipeline, ...proof });
  return proof.holds ? EXIT.done : EXIT.usage;
});

function linesOf(pipeline: string, proof: Proof, style: Style): readonly string[] {
  return [
    style.bold(pipeline),
    proofLine(proof, style, 'its machine is too large to explore; put fewer checks side by side'),
    ...(proof.explored ? lawLines(proof, style) : []),
    ...brokenLines(proof, style),
  ];
}
