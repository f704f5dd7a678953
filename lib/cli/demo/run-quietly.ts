import { z } from 'zod';
import { type DeploymentId, deploymentId } from '../../history/deployment-id.ts';
import type { Cli, Command } from '../command.ts';
import type { Output } from '../output/output.ts';
import type { Surroundings } from '../settings.ts';

const answer = z.object({ deployment: deploymentId });

/**
 * Runs a command of the command line that makes a deployment, and gives the id that it answers. What has to be said, the demo says.
 *
 * Errors: those of the command.
 */
export async function idOfRun(
  command: Command,
  input: Readonly<Record<string, unknown>>,
  surroundings: Surroundings,
  output: Output,
): Promise<DeploymentId> {
  return answer.parse((await runQuietly(command, input, surroundings, output))[0]).deployment;
}

/** Runs a command of the command line and gives the documents that it answers. */
export async function runQuietly(
  command: Command,
  input: Readonly<Record<string, unknown>>,
  surroundings: Surroundings,
  output: Output,
): Promise<readonly object[]> {
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
  const cli: Cli = { ...surroundings, output: recorder };
  await command.run(input, cli);
  return documents;
}
