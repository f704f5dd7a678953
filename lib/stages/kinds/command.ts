import { realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { z } from 'zod';
import { USUAL_RECOVERIES } from '../../lifecycle/recoveries.ts';
import { NoneventError } from '../../nonevent-error.ts';
import type { CommandStage } from '../../pipeline/kinds/command.ts';
import type { Digest } from '../../pipeline/release.ts';
import { awaitedBuild } from '../cloud/awaited-build.ts';
import { judgeBuild } from '../cloud/build-evidence.ts';
import { buildVariables } from '../cloud/build-variables.ts';
import { outcomeInWords } from '../command/outcome-in-words.ts';
import type { CheckKind, StageContext } from '../kind.ts';
import { runCommand } from '../run-command.ts';

const evidence = z.object({
  exitCode: z.int().nullable(),
  signal: z.string().nullable(),
  tail: z.string(),
  artifactProblem: z.string().optional(),
});

/** Runs a command in a clean copy of the artifact and passes when it exits with 0. May make the artifact of later stages. */
export const commandKind: CheckKind<CommandStage> = {
  // A command that hung would most likely hang again, for as long, while everybody waits.
  recoveries: USUAL_RECOVERIES,

  observe(stage, context) {
    const run = {
      stage,
      purpose: 'run',
      command: stage.run,
      artifact: context.deployment.view.artifact,
    } as const;
    return runCommand(run, context, async ({ output: _, ...seen }, copy) => {
      if (stage.artifact === undefined || seen.exitCode !== 0) return { evidence: seen };
      const made = await packMade(copy, stage.artifact, context);
      if (typeof made === 'string') return { evidence: { ...seen, artifact: made }, artifact: made };
      return { evidence: { ...seen, artifactProblem: made.problem } };
    });
  },

  awaited: awaitedBuild({
    order: (stage, context) => ({
      command: stage.run,
      artifact: context.deployment.view.artifact,
      ...(stage.artifact === undefined ? {} : { makes: stage.artifact }),
      variables: buildVariables(stage, context),
      timeoutSeconds: stage.timeout,
    }),
    result(stage, seen, { made }) {
      const artifact = stage.artifact === undefined || seen.status !== 'SUCCEEDED' ? undefined : made;
      const result =
        artifact === undefined ? { evidence: seen } : { evidence: { ...seen, artifact }, artifact };
      return { state: 'ended', result };
    },
  }),

  judge(stage, recorded) {
    if (stage.project !== undefined) return judgeBuild(recorded, stage.artifact);
    const expected =
      stage.artifact === undefined ? 'exit code 0' : `exit code 0 and the folder ${stage.artifact}`;
    const seen = evidence.safeParse(recorded);
    if (!seen.success)
      return { verdict: 'inconclusive', expected, observed: 'no readable evidence of how it ended' };
    const { exitCode, artifactProblem } = seen.data;
    if (exitCode === 0 && artifactProblem !== undefined) {
      return { verdict: 'fail', expected, observed: `exit code 0, but ${artifactProblem}` };
    }
    return { verdict: exitCode === 0 ? 'pass' : 'fail', expected, observed: outcomeInWords(seen.data) };
  },

  async reusable({ secrets }) {
    // Nothing of a secret is recorded, not even a digest that could be tried against.
    return secrets !== undefined
      ? { never: 'it is given secrets, and whether they have changed is recorded nowhere' }
      : { facts: null };
  },
};

/** What the command made, or why that cannot be an artifact. An outage is thrown: another attempt may do better. */
async function packMade(
  copy: string,
  path: string,
  context: StageContext,
): Promise<Digest | { problem: string }> {
  const made = join(copy, path);
  const found = await stat(made).catch(() => undefined);
  if (found === undefined) return { problem: `it made no folder ${path}` };
  if (!found.isDirectory()) return { problem: `${path} is no folder` };
  const [inside, place] = await Promise.all([realpath(copy), realpath(made)]);
  if (place !== inside && !place.startsWith(inside + sep))
    return { problem: `${path} is a link out of the copy` };
  try {
    return await context.artifacts.pack(place, 'nothing');
  } catch (thrown) {
    const isRefused =
      thrown instanceof NoneventError && thrown.code === 'ArtifactFailed' && thrown.cause === undefined;
    if (isRefused) return { problem: `${path} cannot be an artifact: ${thrown.message}` };
    throw thrown;
  }
}
