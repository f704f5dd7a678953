import { z } from 'zod';
import { type Cli, command } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { type Page, pageOf } from '../reading/page-of-code.ts';

const input = z.object({ what: z.string().max(200) });

/** The page of a code, or why a deployment stands as it does. */
export default command(input, async ({ what }, cli) => {
  const page = pageOf(what);
  if (page !== undefined) return showPage(page, cli);
  // A page needs no system and none of the code that reaches one.
  const { explainDeployment } = await import('../reading/explain-deployment.ts');
  return explainDeployment(what, cli);
});

function showPage({ code, lines }: Page, { output }: Cli): ExitCode {
  if (output.format === 'text') output.answer(lines);
  else output.document({ code, text: lines.join('\n') });
  return EXIT.done;
}
