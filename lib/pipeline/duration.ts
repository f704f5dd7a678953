import { z } from 'zod';

const SECONDS_PER_UNIT = { ms: 0.001, s: 1, m: 60, h: 3600 } as const;
const WRITTEN_DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/;

/** Seconds of a written duration such as `500ms`, `10s`, `2m` or `1h`; `undefined` when it is not one. */
export function parseDuration(text: string): number | undefined {
  const match = WRITTEN_DURATION.exec(text);
  if (match === null) return undefined;
  const [, amount, unit] = match;
  return Number(amount) * SECONDS_PER_UNIT[unit as keyof typeof SECONDS_PER_UNIT];
}

/**
 * A duration: `500ms`, `10s`, `2m`, `1h` in a file; seconds once parsed.
 * A number is taken as seconds, so that a parsed pipeline parses to itself.
 */
export const duration = z
  .union([z.number(), z.string()])
  .transform((written, context) => {
    const seconds = typeof written === 'number' ? written : parseDuration(written);
    if (seconds !== undefined && Number.isFinite(seconds) && seconds > 0 && seconds <= 86_400) return seconds;
    context.addIssue({
      code: 'custom',
      message: `invalid duration ${JSON.stringify(written)}: expected a positive time up to 24h such as 500ms, 10s, 2m or 1h`,
    });
    return z.NEVER;
  })
  .meta({ title: 'Duration', description: 'A time such as 500ms, 10s, 2m or 1h.' });
