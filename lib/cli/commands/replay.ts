import { z } from 'zod';
import { findDeployment } from '../../history/find-deployment.ts';
import { deploymentStream } from '../../history/stream-name.ts';
import { replay } from '../../lifecycle/replay.ts';
import { dateAndTime } from '../../lifecycle/wording/times.ts';
import { NoneventError } from '../../nonevent-error.ts';
import { type Cli, command } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { headline } from '../progress/headline.ts';
import { stageLines } from '../progress/stage-list.ts';
import { commitsAsOf } from '../reading/as-of.ts';
import { replayEverything } from '../reading/replay-everything.ts';
import { openSystem } from '../system.ts';

const input = z.object({
  id: z.string().optional(),
  at: z.string().optional(),
  all: z.boolean().default(false),
  step: z.boolean().default(false),
});

/** A deployment folded from the commits up to a moment; or every deployment, held against how it closed. */
export default command(input, async ({ id, at, all, step }, cli) => {
  if (all && id === undefined && at === undefined && !step) return replayEverything(cli);
  if (all || id === undefined) throw unclear(all);
  if (step) requireTerminal(cli);
  const { output } = cli;
  const { store, close } = await openSystem(cli);
  try {
    const deployment = await findDeployment(store, id);
    const { commits } = await store.load(deploymentStream(deployment));
    const known = at === undefined ? commits : commitsAsOf(commits, at);
    if (step) {
      const { stepThrough } = await import('../stepping/step-through.ts');
      const place = at === undefined ? 0 : known.length - 1;
      return await stepThrough(commits, place, { input: process.stdin, output });
    }
    const last = known.at(-1) ?? { seq: 0, at: new Date(0).toISOString() };
    const { state, view } = replay(known);
    if (output.format === 'json') {
      output.document({ deployment, seq: last.seq, at: last.at, state, view });
      return EXIT.done;
    }
    const style = output.answerStyle;
    output.answer([
      headline(view, last.at, style),
      `  ${style.dim(`as of commit ${last.seq} of ${commits.length}, ${dateAndTime(last.at)}, in state`)} ${state.join(', ')}`,
      ...stageLines(view, { now: last.at, columns: output.columns('answer') - 1, style }),
    ]);
    return EXIT.done;
  } finally {
    close();
  }
});

/** Keys come from a terminal, and what they show goes to one. */
function requireTerminal({ output }: Cli): void {
  if (process.stdin.isTTY === true && output.isInteractive) return;
  throw new NoneventError(
    'InvalidInput',
    '--step needs a terminal for its keys and its screen, and found none',
    {
      hint: 'show a moment with --at, as in `nonevent replay latest --at 3`',
    },
  );
}

function unclear(all: boolean): NoneventError {
  return new NoneventError(
    'InvalidInput',
    all
      ? '--all stands beside a deployment, a moment or --step: expected it alone'
      : 'no deployment was named: expected an id, `latest`, or --all',
    { hint: 'name a deployment as in `nonevent replay latest`, or all of them with `nonevent replay --all`' },
  );
}
