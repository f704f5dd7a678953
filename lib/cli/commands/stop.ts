import { z } from 'zod';
import { deploymentStream } from '../../history/stream-name.ts';
import { replay } from '../../lifecycle/replay.ts';
import type { DeploymentView } from '../../lifecycle/view.ts';
import { markOfDeployment } from '../../lifecycle/wording/marks.ts';
import { shortId } from '../../lifecycle/wording/short-id.ts';
import { NoneventError } from '../../nonevent-error.ts';
import type { StopRequest } from '../../stages/drive/request-stop.ts';
import { command } from '../command.ts';
import { isConfirmed } from '../confirmation.ts';
import { EXIT } from '../exit-codes.ts';
import type { Output } from '../output/output.ts';
import { followToEnd } from '../progress/follow-to-end.ts';
import { headline } from '../progress/headline.ts';
import { awaitStop } from '../reading/await-stop.ts';
import { findDeploymentToChange } from '../reading/deployment-to-change.ts';
import { findSettings } from '../settings.ts';
import { openSystem } from '../system.ts';
import { timeout } from '../timeout.ts';

const input = z.object({
  id: z.string(),
  reason: z.string().min(1).max(4000).optional(),
  yes: z.boolean().default(false),
  detach: z.boolean().default(false),
  timeout: timeout.optional(),
});

/** Asks a running deployment to stop, after saying what that does. */
export default command(input, async ({ id, reason, yes, detach, timeout: seconds }, cli) => {
  const { output } = cli;
  const system = await openSystem(cli);
  const { store } = system;
  try {
    const deployment = await findDeploymentToChange(store, id);
    const { view } = replay((await store.load(deploymentStream(deployment))).commits);
    requireRunning(view);
    output.note(consequence(view, output));
    if (!yes && !(await isConfirmed(output, 'stop'))) {
      output.note(['nothing was stopped']);
      return EXIT.usage;
    }
    const request: StopRequest = {
      deployment,
      actor: findSettings(cli).actor.value,
      reason: reason ?? 'none given',
    };
    await system.publish('Stop Requested', request);
    await awaitStop(system, deployment);
    if (output.format === 'text' && !output.isAnswerRead) output.answer([deployment]);
    if (!detach) return await followToEnd(system, deployment, output, seconds);
    if (output.format !== 'text') output.document({ deployment, requested: 'stop' });
    output.note([
      `stop requested; watch it with: nonevent status ${shortId(deployment)} --watch${system.options}`,
    ]);
    return EXIT.done;
  } finally {
    system.close();
  }
});

function requireRunning(view: DeploymentView): void {
  if (view.outcome === undefined) return;
  throw new NoneventError(
    'Conflict',
    `deployment ${shortId(view.deployment)} has already ended: ${markOfDeployment(view).word}`,
    { fields: { deployment: view.deployment }, hint: `see \`nonevent explain ${shortId(view.deployment)}\`` },
  );
}

function consequence(view: DeploymentView, { noteStyle }: Output): readonly string[] {
  const begun = view.stages.filter((stage) => stage.class === 'change' && stage.state !== 'pending');
  const undone = begun.map((stage) => stage.name).toReversed();
  if (view.kind === 'rollback') {
    return [
      headline(view, new Date().toISOString(), noteStyle),
      '  stopping it keeps it from beginning; once it undoes, it undoes everything',
    ];
  }
  return [
    headline(view, new Date().toISOString(), noteStyle),
    undone.length === 0
      ? '  stopping it ends it; nothing has been changed so far'
      : `  stopping it undoes, newest first: ${undone.join(', ')}`,
  ];
}
