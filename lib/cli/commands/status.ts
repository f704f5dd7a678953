import { z } from 'zod';
import { readOverview } from '../../environments/overview.ts';
import type { DeploymentId } from '../../history/deployment-id.ts';
import type { EventStore } from '../../history/event-store.ts';
import { findDeployment } from '../../history/find-deployment.ts';
import { deploymentStream } from '../../history/stream-name.ts';
import { replay } from '../../lifecycle/replay.ts';
import { type Cli, command } from '../command.ts';
import { exitCodeOfDeployment, hasEnded } from '../exit-code-of-deployment.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Output } from '../output/output.ts';
import type { Watcher } from '../progress/follow.ts';
import { followToEnd } from '../progress/follow-to-end.ts';
import { headline } from '../progress/headline.ts';
import { stageLines } from '../progress/stage-list.ts';
import { createWatcher } from '../progress/watchers.ts';
import { liveNow } from '../reading/live-now.ts';
import { overviewDocument, overviewLines } from '../reading/overview.ts';
import { readEveryReadiness } from '../reading/readiness.ts';
import { statusDocument } from '../reading/status-document.ts';
import { readEveryTraffic } from '../reading/traffic.ts';
import { openSystem, type System } from '../system.ts';
import { timeout } from '../timeout.ts';

const NEWEST = 10;

const input = z.object({
  id: z.string().optional(),
  watch: z.boolean().default(false),
  timeout: timeout.optional(),
});

/** What is live and the newest deployments, or how one deployment stands. */
export default command(input, async ({ id, watch, timeout: seconds }, cli) => {
  const system = await openSystem(cli);
  const { store, close } = system;
  try {
    if (id === undefined && !watch) return await showOverview(system, cli);
    const deployment = await findDeployment(store, id ?? 'latest');
    if (!watch) return await showDeployment(store, deployment, cli);
    return await followToEnd(system, deployment, cli.output, seconds, watcherFor(store, cli.output));
  } finally {
    close();
  }
});

async function showOverview(system: System, { output }: Cli): Promise<ExitCode> {
  const overview = await readOverview(system.store, NEWEST);
  const readiness = await readEveryReadiness(system, Object.keys(overview.environments));
  const live = Object.entries(overview.environments).map(([name, environment]) => [
    name,
    Object.keys(environment.live),
  ]);
  const seen = { readiness, traffic: await readEveryTraffic(system, Object.fromEntries(live)) };
  if (output.format === 'text')
    output.answer(overviewLines(overview, seen, new Date().toISOString(), output.answerStyle));
  else output.document(overviewDocument(overview, seen));
  return EXIT.done;
}

async function showDeployment(store: EventStore, id: DeploymentId, { output }: Cli): Promise<ExitCode> {
  const { commits } = await store.load(deploymentStream(id));
  const deployment = replay(commits);
  const live = await liveNow(store, deployment.view.pipeline);
  if (output.format !== 'text') {
    output.document(statusDocument(deployment, live));
    return EXIT.done;
  }
  const now = new Date().toISOString();
  const style = output.answerStyle;
  output.answer([
    headline(deployment.view, now, style),
    ...stageLines(deployment.view, { now, columns: output.columns('answer') - 1, style }),
  ]);
  if (hasEnded(deployment) && exitCodeOfDeployment(deployment.view) !== EXIT.done) {
    output.note([`  why: nonevent explain ${id.slice(0, 8)}`]);
  }
  return EXIT.done;
}

/** JSON Lines give the whole status at each change; the other forms show progress and answer at the end. */
function watcherFor(store: EventStore, output: Output): Watcher {
  if (output.format !== 'jsonl') return createWatcher(output);
  return {
    changed: async (deployment) =>
      output.document(statusDocument(deployment, await liveNow(store, deployment.view.pipeline))),
    waiting: () => undefined,
  };
}
