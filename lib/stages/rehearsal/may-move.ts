import { environmentStream, foldEnvironment } from '../../environments/environment.ts';
import { deploymentStream } from '../../history/stream-name.ts';
import { isOpen, isStopped } from '../../lifecycle/decide.ts';
import { replay } from '../../lifecycle/replay.ts';
import type { RehearsalStage } from '../../pipeline/kinds/rehearsal.ts';
import type { StageContext } from '../kind.ts';

/**
 * Whether an attempt may still move the traffic: its deployment holds the lease and waits for this attempt. What has ended, was
 * stopped or is being undone is put right by the undo lane, and by nobody else.
 */
export async function mayMove(
  { store, deployment, attempt }: StageContext,
  stage: RehearsalStage,
): Promise<boolean> {
  const id = deployment.view.deployment;
  const { commits } = await store.load(deploymentStream(id));
  const now = replay(commits);
  if (!isOpen(now, stage, attempt) || isStopped(now, stage)) return false;
  const { lease } = foldEnvironment((await store.load(environmentStream(stage.environment))).commits);
  return lease?.deployment === id;
}
