import { isUtf8 } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { USUAL_RECOVERIES } from '../../lifecycle/recoveries.ts';
import { plainLine } from '../../lifecycle/wording/plain-text.ts';
import { NoneventError } from '../../nonevent-error.ts';
import type { CustomStage } from '../../pipeline/kinds/custom.ts';
import { digest } from '../../pipeline/release.ts';
import { secretsOf } from '../../secrets/secret-values.ts';
import { awaitedBuild } from '../cloud/awaited-build.ts';
import { buildInWords } from '../cloud/build-evidence.ts';
import { buildVariables } from '../cloud/build-variables.ts';
import { endBuilds } from '../cloud/end-builds.ts';
import { runBuild } from '../cloud/run-build.ts';
import { undoInBuild } from '../cloud/undo-in-build.ts';
import { outcomeInWords } from '../command/outcome-in-words.ts';
import type { Applied, ChangeKind, Json, StageContext } from '../kind.ts';
import { type CommandOutcome, runCommand } from '../run-command.ts';

/** The artifact is part of it: undo runs in a copy of what the change ran in, whatever was built since. */
const capture = z.object({ artifact: digest, output: z.string(), run: z.string().optional() });

const CAPTURE_LIMIT = 64 * 1024;

/** A change made by a command, and taken back by another that gets what a third one printed before. */
export const customKind: ChangeKind<CustomStage> = {
  // After a timeout it may be half done; its own undo is the one that knows how to take that back.
  recoveries: USUAL_RECOVERIES,

  async capture(stage, context) {
    const { artifact } = context.deployment.view;
    if (stage.project !== undefined) return captureInBuild(stage, context);
    if (stage.capture === undefined) return { artifact, output: '' };
    const run = {
      stage,
      purpose: 'capture',
      command: stage.capture,
      artifact,
      outputLimit: CAPTURE_LIMIT,
    } as const;
    return runCommand(run, context, async (outcome) => {
      if (outcome.exitCode !== 0) throw commandFailed(stage, run.purpose, outcome, context);
      return { artifact, output: capturedText(stage, outcome.output) };
    });
  },

  async apply(stage, context, captured) {
    const outcome = await perform(stage, context, captured, 'apply');
    return { evidence: outcome, expected: 'exit code 0', observed: outcomeInWords(outcome) };
  },

  undo(stage, context, captured) {
    if (stage.project !== undefined) return undoAfterBuild(stage, context, captured);
    return perform(stage, context, captured, 'undo');
  },

  awaited: awaitedBuild<CustomStage, Applied>({
    prepare: endBuilds,
    order: (stage, context, captured) => orderOf(stage, context, captured, stage.run),
    result(_, evidence) {
      const observed = buildInWords(evidence);
      return evidence.status === 'SUCCEEDED'
        ? { state: 'ended', result: { evidence, expected: 'the build succeeded', observed } }
        : {
            state: 'failed',
            cause: { mode: 'errored', expected: 'the build succeeded', observed, evidence },
          };
    },
  }),
};

async function captureInBuild(stage: CustomStage, context: StageContext): Promise<Json> {
  const { artifact } = context.deployment.view;
  const run = randomUUID();
  if (stage.capture === undefined) return { artifact, output: '', run };
  const order = orderOf(stage, context, { artifact, output: '' }, stage.capture);
  const { build } = await runBuild(stage, context, { ...order, run, keepsOutput: true });
  const printed = Buffer.from(build.output ?? '');
  const output = printed.length > CAPTURE_LIMIT ? undefined : printed;
  return { artifact, output: capturedText(stage, output), run };
}

/** First ends the build that makes the change, which may still run when its time was up; then runs the undo. */
async function undoAfterBuild(stage: CustomStage, context: StageContext, captured: Json): Promise<Json> {
  await endBuilds(stage, context);
  const { run = stage.name } = capture.parse(captured);
  return undoInBuild(stage, context, run, orderOf(stage, context, captured, stage.undo));
}

function orderOf(stage: CustomStage, context: StageContext, captured: Json, command: string) {
  const { artifact, output } = capture.parse(captured);
  return {
    command,
    artifact,
    variables: { ...buildVariables(stage, context), NONEVENT_CAPTURE: output },
    timeoutSeconds: stage.timeout,
  };
}

type Evidence = Omit<CommandOutcome, 'output'>;

function perform(
  stage: CustomStage,
  context: StageContext,
  captured: Json,
  purpose: 'apply' | 'undo',
): Promise<Evidence> {
  const { artifact, output } = capture.parse(captured);
  const command = purpose === 'apply' ? stage.run : stage.undo;
  const run = { stage, purpose, command, artifact, variables: { NONEVENT_CAPTURE: output } };
  return runCommand(run, context, async ({ output: _, ...evidence }) => {
    if (evidence.exitCode !== 0) throw commandFailed(stage, purpose, evidence, context);
    return evidence;
  });
}

/** As the shell's own `$(...)` does, without the line breaks at the end. */
function capturedText(stage: CustomStage, output: Buffer | undefined): string {
  if (output === undefined)
    throw refused(stage, `printed more than ${CAPTURE_LIMIT / 1024} KB`, 'print less');
  if (!isUtf8(output) || output.includes(0))
    throw refused(stage, 'printed what is not text', 'print UTF-8 text');
  const text = output.toString('utf8').replace(/[\r\n]+$/, '');
  if (!secretsOf(stage).some((secret) => text.includes(secret))) return text;
  throw refused(
    stage,
    'printed a secret, and captures are kept in the history',
    'print what does not hold the secret',
  );
}

function refused(stage: CustomStage, what: string, hint: string): NoneventError {
  return new NoneventError('CommandFailed', `the capture of ${stage.name} ${what}`, {
    fields: { stage: stage.name },
    hint,
  });
}

function commandFailed(
  stage: CustomStage,
  purpose: string,
  outcome: Evidence,
  { workFolder }: StageContext,
): NoneventError {
  const { tail } = outcome;
  const logFile = join(workFolder, outcome.log);
  const observed = outcomeInWords(outcome);
  const message = `${purpose} of ${stage.name}: ${observed}; expected exit code 0; output: ${plainLine(tail.slice(-1500), 1500)}`;
  return new NoneventError('CommandFailed', message, {
    fields: {
      stage: stage.name,
      log: tail,
      logFile,
      ...(purpose === 'apply' ? { expected: 'exit code 0', observed } : {}),
    },
    hint: `read ${logFile}`,
  });
}
