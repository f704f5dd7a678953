import { z } from 'zod';

/** A time as somebody writes it, as ISO-8601 in UTC. */
export const moment = z
  .string()
  .refine((text) => /^\d{4}-\d{2}-\d{2}/.test(text) && !Number.isNaN(Date.parse(text)), {
    message: 'expected a time such as 2026-11-23T04:12:00Z',
  })
  .transform((text) => new Date(text).toISOString());
