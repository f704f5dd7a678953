import type { Output } from '@aws-sdk/client-cloudformation';
import type { z } from 'zod';
import { OUTPUT_PREFIX } from '../../stages/cloud/stack-outputs.ts';

/** What a stack tells of itself in its outputs; or the names of those that are missing or not of their form. */
export function readOutputs<Told>(
  form: z.ZodType<Told>,
  outputs: readonly Output[],
): { readonly told: Told } | { readonly wrong: readonly string[] } {
  const named = outputs.flatMap(({ OutputKey = '', OutputValue }) =>
    OutputKey.startsWith(OUTPUT_PREFIX) ? [[OutputKey.slice(OUTPUT_PREFIX.length), OutputValue]] : [],
  );
  const parsed = form.safeParse(Object.fromEntries(named));
  if (parsed.success) return { told: parsed.data };
  return { wrong: [...new Set(parsed.error.issues.map(({ path }) => `${OUTPUT_PREFIX}${path.join('.')}`))] };
}
