import { randomUUID } from 'node:crypto';
import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { plainLine } from '../../lifecycle/wording/plain-text.ts';
import { NoneventError } from '../../nonevent-error.ts';
import type { FunctionStage } from '../../pipeline/kinds/function.ts';
import { outcomeInWords } from '../command/outcome-in-words.ts';
import type { Json, StageContext } from '../kind.ts';
import { runCommand } from '../run-command.ts';

/** Calls what the module exports and writes its answer; what it prints goes to the log. Ends then, whatever still runs in it. */
const CALL = `
const { NONEVENT_MODULE: path, NONEVENT_EXPORT: name, NONEVENT_ANSWER: target } = process.env;
const { pathToFileURL } = await import('node:url');
const { resolve } = await import('node:path');
const { writeFile } = await import('node:fs/promises');
const exported = (await import(pathToFileURL(resolve(path)).href))[name];
if (typeof exported !== 'function') throw new Error(path + ' exports no function ' + name);
const key = process.env.NONEVENT_REPORT_KEY;
const answer = await exported({ ...JSON.parse(process.env.NONEVENT_PAYLOAD), key });
await writeFile(target, JSON.stringify(answer) ?? 'null');
process.exit(0);
`;

const ANSWER_BYTES_AT_MOST = 1024 * 1024;

/**
 * What a function that a module of the source exports answers, as the text of its JSON. It runs as a process in a clean copy of the
 * source, by the Node that runs us, so nothing foreign runs in our own process.
 *
 * Errors: `CommandFailed` where it threw or answered nothing; those of `runCommand`.
 */
export function runModule(
  stage: FunctionStage & { readonly module: string },
  payload: Json,
  key: string,
  context: StageContext,
): Promise<string> {
  const at = stage.module.lastIndexOf('#');
  const answer = `.nonevent-answer-${randomUUID()}.json`;
  const run = {
    stage,
    purpose: 'run',
    command: 'exec "$NONEVENT_NODE" --input-type=module --eval "$NONEVENT_CALL"',
    artifact: context.deployment.view.artifact,
    variables: {
      NONEVENT_NODE: process.execPath,
      NONEVENT_CALL: CALL,
      NONEVENT_MODULE: stage.module.slice(0, at),
      NONEVENT_EXPORT: stage.module.slice(at + 1),
      NONEVENT_PAYLOAD: JSON.stringify(payload),
      NONEVENT_REPORT_KEY: key,
      NONEVENT_ANSWER: answer,
    },
  } as const;
  return runCommand(run, context, async (outcome, copy) => {
    const file = join(copy, answer);
    const found = await lstat(file).catch(() => undefined);
    if (outcome.exitCode === 0 && found?.isFile() === true && found.size <= ANSWER_BYTES_AT_MOST)
      return readFile(file, 'utf8');
    const said = plainLine(outcome.tail.slice(-1500), 1500);
    throw new NoneventError(
      'CommandFailed',
      `${stage.module} gave no answer: ${outcomeInWords(outcome)}; output: ${said}`,
      {
        fields: { stage: stage.name, log: outcome.log },
        hint: `read ${outcome.log} in the work folder`,
      },
    );
  });
}
