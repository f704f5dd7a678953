import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipelineDigest } from '../../history/digests.ts';
import { NoneventError } from '../../nonevent-error.ts';
import { literalSecretsIn } from '../../pipeline/lints/literal-secrets.ts';
import { type Pipeline, pipelineSchema } from '../../pipeline/pipeline.ts';
import type { Digest } from '../../pipeline/release.ts';

/** The definitions that are installed in an account, by their digest. */
export type Definitions = {
  load(digest: Digest): Promise<Pipeline>;
};

/** Where a definition is among the installed ones: the JSON of the pipeline as it runs. */
export function definitionKey(digest: Digest): string {
  return `pipelines/${digest.replace(':', '-')}.json`;
}

/**
 * Reads definitions from a folder that came with the function, where each is under its key, and holds each against its digest.
 *
 * Errors: `NotFound` where it is not installed; `InvalidInput` where it is not what its name says, or holds a secret.
 */
export function createFolderDefinitions(folder: string): Definitions {
  return {
    async load(digest) {
      const text = await readFile(join(folder, definitionKey(digest)), 'utf8').catch((cause: unknown) => {
        throw notInstalled(digest, cause);
      });
      return definitionIn(text, digest);
    },
  };
}

function definitionIn(text: string, digest: Digest): Pipeline {
  const parsed = pipelineSchema.safeParse(parseJson(text));
  if (!parsed.success) throw wrong(digest, 'is no pipeline of this version of Nonevent');
  const found = pipelineDigest(parsed.data);
  if (found !== digest) throw wrong(digest, `has the digest ${found}`);
  const [secret] = literalSecretsIn(parsed.data);
  if (secret !== undefined) throw wrong(digest, `cannot be recorded: ${secret}`);
  return parsed.data;
}

function notInstalled(digest: Digest, cause: unknown): NoneventError {
  return new NoneventError('NotFound', `no pipeline with the digest ${digest} is installed`, {
    fields: { digest },
    hint: 'install it with `cdk deploy`',
    cause,
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function wrong(digest: Digest, why: string): NoneventError {
  return new NoneventError('InvalidInput', `the definition installed as ${digest} ${why}`, {
    fields: { digest },
    hint: 'install the pipeline again with `cdk deploy`',
  });
}
