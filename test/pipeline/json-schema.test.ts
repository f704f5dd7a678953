import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { CODES } from '../../lib/pipeline/codes.ts';
import { pipelineJsonSchema } from '../../lib/pipeline/json-schema.ts';
import { COMPLETE, SMALLEST } from '../../lib/pipeline/reference/examples.ts';

/** The JSON Schema as an editor reads it. */
const editor = z.fromJSONSchema(pipelineJsonSchema() as z.core.JSONSchema.JSONSchema);

describe('the JSON Schema', () => {
  const right: readonly (readonly [what: string, text: string])[] = [
    ['the smallest example', SMALLEST],
    ['the complete example', COMPLETE],
    ...Object.entries(CODES).map(([code, page]) => [`the right example of ${code}`, page.right] as const),
  ];

  it.each(right)('accepts %s', (_what, text) => {
    expect(editor.safeParse(parse(text)).error).toBeUndefined();
  });

  it.each(['NE201', 'NE202', 'NE203', 'NE204', 'NE206', 'NE207', 'NE210', 'NE211', 'NE214'] as const)(
    'refuses the wrong example of %s',
    (code) => {
      expect(editor.safeParse(parse(CODES[code].wrong)).success).toBe(false);
    },
  );
});
