import { z } from 'zod';

/** Any JSON value. Evidence and captures are JSON, so that they replay. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Accepts any JSON value. */
export const json = z.json() as unknown as z.ZodType<Json>;
