import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { DeploymentId } from '../../history/deployment-id.ts';
import { deploymentStream } from '../../history/stream-name.ts';
import type { Deployment } from '../../lifecycle/deployment.ts';
import { replay } from '../../lifecycle/replay.ts';
import { shortId } from '../../lifecycle/wording/short-id.ts';
import { type RerunRequest, rerunId } from '../../stages/drive/request-rerun.ts';
import { barToReuse } from '../../stages/reuse/judge-reuse.ts';
import { requireRerunnable } from '../../stages/reuse/require-rerunnable.ts';
import { type Cli, command } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { followToEnd } from '../progress/follow-to-end.ts';
import { attachmentNote } from '../reading/attachment.ts';
import { awaitOpening } from '../reading/await-opening.ts';
import { findDeploymentToChange } from '../reading/deployment-to-change.ts';
import { findSettings } from '../settings.ts';
import { openSystem, type System } from '../system.ts';
import { timeout } from '../timeout.ts';

const input = z.object({
  id: z.string(),
  from: z.string().max(100).optional(),
  reason: z.string().min(1).max(4000).optional(),
  detach: z.boolean().default(false),
  timeout: timeout.optional(),
  again: z.boolean().default(false),
});
type Input = z.output<typeof input>;

/** Runs a deployment that has ended once more, taking over what it found where that still holds; or attaches to the rerun of it. */
export default command(input, async (options, cli) => {
  const system = await openSystem(cli);
  try {
    const of = await findDeploymentToChange(system.store, options.id);
    const ended = replay((await system.store.load(deploymentStream(of))).commits);
    requireRerunnable(ended, options.from);
    const request: RerunRequest = {
      of,
      ...(options.from === undefined ? {} : { from: options.from }),
      actor: findSettings(cli).actor.value,
      source: 'cli',
      reason: options.reason ?? 'none given',
      ...(options.again ? { attempt: randomUUID() } : {}),
    };
    const rerun = rerunId(ended, request);
    const { head } = await system.store.load(deploymentStream(rerun));
    if (head.seq > 0) cli.output.note(await attachmentNote(system.store, rerun));
    else {
      cli.output.note(intention(ended, options.from));
      await system.register(ended.view.pipeline);
      await system.publish('Rerun Requested', request);
      await awaitOpening(system, rerun);
    }
    return await show(rerun, of, options, system, cli);
  } finally {
    system.close();
  }
});

/** What is meant to be taken over. Each check is decided on when its turn comes, and says then how it was decided. */
function intention({ view }: Deployment, from: string | undefined): readonly string[] {
  const candidates = view.stages.filter(
    ({ name, class: of, state }) =>
      of === 'check' &&
      (state === 'passed' || state === 'reused') &&
      barToReuse(view.pipeline, name, from) === undefined,
  );
  const names = candidates.map(({ name }) => name).join(', ');
  return [
    `${view.pipeline.pipeline} ${view.release.version} once more, as deployment ${shortId(view.deployment)} was`,
    candidates.length === 0
      ? '  every check is performed again; changes are made again in any case'
      : `  taken over where nothing they depend on has changed: ${names}`,
  ];
}

async function show(
  rerun: DeploymentId,
  of: DeploymentId,
  { detach, timeout: seconds }: Input,
  system: System,
  { output }: Cli,
): Promise<ExitCode> {
  if (output.format === 'text' && !(output.isAnswerRead && !detach)) output.answer([rerun]);
  if (!detach) return followToEnd(system, rerun, output, seconds);
  if (output.format !== 'text') output.document({ deployment: rerun, requested: 'rerun', of });
  output.note([`watch it with: nonevent status ${shortId(rerun)} --watch${system.options}`]);
  return EXIT.done;
}
