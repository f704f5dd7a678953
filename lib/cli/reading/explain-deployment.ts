import { findDeployment } from '../../history/find-deployment.ts';
import { deploymentStream } from '../../history/stream-name.ts';
import { replay } from '../../lifecycle/replay.ts';
import type { Cli } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { openSystem } from '../system.ts';
import { explanation } from './explanation.ts';
import { liveNow } from './live-now.ts';
import { onTheWay } from './on-the-way.ts';
import { statusDocument } from './status-document.ts';

/** Says why the deployment that is meant stands as it does. */
export async function explainDeployment(written: string, cli: Cli): Promise<ExitCode> {
  const { output } = cli;
  const { store, close } = await openSystem(cli);
  try {
    const id = await findDeployment(store, written);
    const { commits } = await store.load(deploymentStream(id));
    const deployment = replay(commits);
    const events = commits.flatMap((commit) => commit.events);
    const live = await liveNow(store, deployment.view.pipeline);
    const now = new Date().toISOString();
    if (output.format === 'text')
      output.answer(explanation(deployment.view, events, live, now, output.answerStyle));
    else
      output.document({
        ...statusDocument(deployment, live),
        onTheWay: onTheWay(events),
        evidence: deployment.view.failure?.evidence ?? null,
      });
    return EXIT.done;
  } finally {
    close();
  }
}
