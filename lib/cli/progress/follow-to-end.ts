import type { DeploymentId } from '../../history/deployment-id.ts';
import type { EventStore } from '../../history/event-store.ts';
import { deploymentStream } from '../../history/stream-name.ts';
import type { Deployment } from '../../lifecycle/deployment.ts';
import { shortId } from '../../lifecycle/wording/short-id.ts';
import { NoneventError } from '../../nonevent-error.ts';
import { exitCodeOfDeployment } from '../exit-code-of-deployment.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { takeInterruption } from '../interruption.ts';
import type { Output } from '../output/output.ts';
import { liveNow } from '../reading/live-now.ts';
import { statusDocument } from '../reading/status-document.ts';
import type { System } from '../system.ts';
import { follow, type Watcher } from './follow.ts';
import { lastScreen } from './last-screen.ts';
import { createWatcher } from './watchers.ts';

/**
 * Follows a deployment to its end, shows its last screen, and gives its exit code. Ctrl-C, a closed stdout and the
 * timeout end the watching only, never the deployment.
 *
 * Errors: `Unreachable` when the system goes away.
 */
export async function followToEnd(
  system: Pick<System, 'kind' | 'store' | 'options' | 'watching'>,
  id: DeploymentId,
  output: Output,
  timeoutSeconds: number | undefined,
  watcher: Watcher = createWatcher(output),
): Promise<ExitCode> {
  const { store } = system;
  const resume = `nonevent status ${shortId(id)} --watch${system.options}`;
  const interruption = takeInterruption();
  try {
    const until = {
      signal: AbortSignal.any([interruption.first, output.closed]),
      milliseconds: timeoutSeconds === undefined ? undefined : timeoutSeconds * 1000,
    };
    const { because, deployment } = await follow(
      store,
      deploymentStream(id),
      watcher,
      until,
      system.watching.follow,
    );
    if (deployment !== undefined) await conclude(store, deployment, output);
    switch (because) {
      case 'ended':
        return exitCodeOfDeployment(deployment.view);
      case 'timedOut':
        output.note([`the deployment still runs; watch it again with: ${resume}`]);
        return EXIT.timedOut;
      case 'aborted':
        if (!interruption.first.aborted) return EXIT.done;
        output.note([`stopped watching, the deployment goes on; watch it again with: ${resume}`]);
        return interruption.exitCode();
      default:
        return because satisfies never;
    }
  } catch (error) {
    throw error instanceof NoneventError ? systemGone(error, system.kind, resume) : error;
  } finally {
    interruption.release();
  }
}

async function conclude(store: EventStore, deployment: Deployment, output: Output): Promise<void> {
  const { view } = deployment;
  if (output.format === 'text' && view.outcome === undefined) return;
  const live = await liveNow(store, view.pipeline);
  if (output.format === 'json') output.document(statusDocument(deployment, live));
  else if (output.format === 'text') output.note(lastScreen(view, live, output.noteStyle));
}

function systemGone(error: NoneventError, kind: System['kind'], resume: string): NoneventError {
  if (kind === 'local' && error.code === 'StoreUnavailable') {
    return new NoneventError('Unreachable', 'the local system went away while the deployment ran', {
      cause: error,
      hint: `start it again with \`nonevent dev\`, it finishes what is open; then watch with \`${resume}\``,
    });
  }
  if (kind === 'stack' && error.code === 'Unreachable') {
    return new NoneventError('Unreachable', `the deployment goes on, but ${error.message}`, {
      fields: { ...error.fields },
      cause: error,
      hint: `${error.hint ?? 'run `nonevent doctor`'}; then watch with \`${resume}\``,
    });
  }
  return error;
}
