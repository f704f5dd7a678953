import { z } from 'zod';
import { pipelineFile } from './file.ts';

/** The JSON Schema (draft 2020-12) of a pipeline file, for editors. What only Nonevent can check is not in it. */
export function pipelineJsonSchema(): Readonly<Record<string, unknown>> {
  return {
    ...z.toJSONSchema(pipelineFile, { io: 'input', unrepresentable: 'any', override: withoutUnicodePattern }),
    title: 'Nonevent pipeline',
    description: 'A pipeline file, nonevent.yaml.',
  };
}

/** Editors differ in whether they read `\p{…}` as a property of characters or as letters. */
function withoutUnicodePattern({
  jsonSchema,
}: {
  readonly jsonSchema: { pattern?: string | undefined };
}): void {
  if (jsonSchema.pattern?.includes('\\p{')) delete jsonSchema.pattern;
}
