import { z } from 'zod';
import { type DeploymentId, deploymentId } from '../../history/deployment-id.ts';
import type { Cli } from '../command.ts';
import deploy from '../commands/deploy.ts';
import type { Output } from '../output/output.ts';
import type { Surroundings } from '../settings.ts';

const answer = z.object({ deployment: deploymentId });

/**
 * Runs `nonevent deploy --detach` in a folder and gives the id that it answers.
 *
 * Errors: those of the command.
 */
export async function deployRelease(surroundings: Surroundings, output: Output): Promise<DeploymentId> {
  const { documents, recorder } = recording(output);
  const cli: Cli = { ...surroundings, output: recorder };
  await deploy.run({ detach: true }, cli);
  return answer.parse(documents[0]).deployment;
}

/** An output that keeps documents for the caller and says nothing itself: what has to be said, the demo says. */
function recording(output: Output): { readonly documents: readonly object[]; readonly recorder: Output } {
  const documents: object[] = [];
  const recorder: Output = {
    ...output,
    format: 'json',
    isAnswerRead: false,
    isInteractive: false,
    answer: () => undefined,
    document: (content) => void documents.push(content),
    note: () => undefined,
    raw: () => undefined,
  };
  return { documents, recorder };
}
