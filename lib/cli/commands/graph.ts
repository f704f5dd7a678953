import { resolve } from 'node:path';
import { z } from 'zod';
import { compileMachine } from '../../lifecycle/machine.ts';
import { mermaidOf } from '../../lifecycle/mermaid.ts';
import { compileStatesLanguage } from '../../lifecycle/states-language.ts';
import type { Pipeline } from '../../pipeline/pipeline.ts';
import { command } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { requirePipeline } from '../reading/require-pipeline.ts';
import { requireFile } from '../settings.ts';

const format = z.enum(['mermaid', 'asl', 'xstate'], 'expected mermaid, asl or xstate');
const input = z.object({ file: z.string().optional(), format: format.default('mermaid') });

/** The machine that a pipeline becomes, in the form that was asked for. */
export default command(input, async ({ file, format: form }, cli) => {
  const pipeline = await requirePipeline(
    file === undefined ? requireFile(cli) : resolve(cli.folder, file),
    cli,
  );
  const text = graph(pipeline, form);
  if (cli.output.format === 'text') cli.output.answer([text]);
  else
    cli.output.document({
      pipeline: pipeline.pipeline,
      format: form,
      graph: form === 'mermaid' ? text : JSON.parse(text),
    });
  return EXIT.done;
});

function graph(pipeline: Pipeline, form: z.output<typeof format>): string {
  switch (form) {
    case 'mermaid':
      return mermaidOf(pipeline).trimEnd();
    case 'asl':
      return JSON.stringify(compileStatesLanguage(pipeline), undefined, 2);
    case 'xstate':
      return JSON.stringify(compileMachine(pipeline).config, undefined, 2);
    default:
      return form satisfies never;
  }
}
