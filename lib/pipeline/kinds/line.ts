import { z } from 'zod';

/** What a single line of text in a pipeline file may hold: no control characters, at most 300 characters. */
export const line = z
  .string()
  .min(1)
  .max(300)
  .regex(/^[^\p{Cc}\p{Bidi_Control}]+$/u, 'expected one line of text without control characters');
